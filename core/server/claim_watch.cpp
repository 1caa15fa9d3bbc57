// SPDX-License-Identifier: Apache-2.0
#include "core/server/claim_watch.h"

#include <atomic>
#include <optional>

#include "core/base/log.h"
#include "core/base/thread_executor.h"
#include "core/server/claim_state.h"

namespace parlour::server {

namespace {
constexpr base::Duration kNotices = std::chrono::milliseconds(100);
constexpr int kClockEvery = 30;   // renewals: how far the database's clock is from ours may change
}

struct ClaimWatch::Impl : std::enable_shared_from_this<ClaimWatch::Impl> {
    base::Executor& net;
    const base::Clock& clock;
    const std::string where, name;
    std::unique_ptr<house::HouseClaims> claims;   // claims thread, as all below
    ClaimState state = ClaimState::standby;
    base::Timer next, notices;
    bool wasAway = false;
    const bool goesOnAlone;
    base::TimePoint heldAt{};                     // when the database last said so
    int renewals = 0;
    std::atomic<base::TimePoint> oursUntil{base::TimePoint{}};   // read by any thread
    std::function<void()> whenEnded;              // called on the net thread
    // ---- net thread
    ClaimEvents events;
    bool alive = true;
    std::unique_ptr<base::ThreadExecutor> opening, thread;   // the last is joined first

    Impl(base::Executor& netExecutor, const base::Clock& theClock, std::string place, std::string who, std::unique_ptr<house::HouseClaims> theClaims,
         ClaimEvents theEvents, bool alone)
        : net(netExecutor), clock(theClock), where(std::move(place)), name(std::move(who)), claims(std::move(theClaims)), goesOnAlone(alone),
          events(std::move(theEvents)) {}

    void toNet(std::function<void(Impl&)> task) {
        net.post([weak = weak_from_this(), task = std::move(task)] {
            if (const auto self = weak.lock(); self && self->alive) task(*self);
        });
    }
    void feed(ClaimInput input, base::Duration left = {}) {
        const auto before = state;
        const auto then = step(state, input, left);
        state = then.state;
        if (state != before) base::log(base::LogLevel::info, "replica", std::string(toString(before)) + " -> " + std::string(toString(state)));
        if (then.act != ClaimAct::none || state == ClaimState::ended) next.cancel();
        if (then.wait != base::Duration::max()) next = thread->postAfter(then.wait, [this] { feed(ClaimInput::due); });
        act(then.act);
        if (state == ClaimState::ended && whenEnded) toNet([done = std::exchange(whenEnded, {})](Impl&) { done(); });
    }
    void act(ClaimAct what) {
        switch (what) {
            case ClaimAct::none: return;
            case ClaimAct::look: return seen(claims->look());
            case ClaimAct::take: {
                const auto asked = clock.now();
                return seen(claims->take(), asked);
            }
            case ClaimAct::open: return open();
            case ClaimAct::renew: return renew();
            case ClaimAct::close: return toNet([](Impl& self) { self.events.onClose(); });
            case ClaimAct::giveBack:
                if (auto done = claims->giveBack(); !done) base::log(base::LogLevel::warn, "replica", base::describe(done.error()));
                return;
        }
    }
    /// `asked`: right before the database was, as the lease begins when it answers.
    void ours(base::TimePoint asked) { oursUntil = asked + ClaimTimes{}.lease; }
    /// `taking`: asked for the turn then; else only looked.
    void seen(base::Result<house::ClaimSeen> claim, std::optional<base::TimePoint> taking = std::nullopt) {
        if (!claim) return noAnswer(claim.error());
        wasAway = false;
        heldAt = clock.now();
        const bool mine = taking && claims->mine(*claim);
        if (mine) ours(*taking);
        toNet([claim = *claim, mine](Impl& self) { self.events.onSeen(claim, mine); });
        if (mine) return feed(ClaimInput::taken);
        if (taking || claim->left > base::Duration(0)) return feed(ClaimInput::seenHeld, claim->left);
        feed(ClaimInput::seenFree);
    }
    void renew() {
        const auto asked = clock.now();
        const auto held = claims->renew();
        if (!held) return noAnswer(held.error());
        wasAway = false;
        heldAt = clock.now();
        if (*held) {
            ours(asked);
            if (++renewals % kClockEvery == 0)
                if (const auto claim = claims->look()) toNet([claim = *claim, mine = claims->mine(*claim)](Impl& self) { self.events.onSeen(claim, mine); });
            return feed(ClaimInput::renewed);
        }
        oursUntil = base::TimePoint{};
        if (const auto claim = claims->look()) toNet([claim = *claim](Impl& self) { self.events.onSeen(claim, false); });
        feed(ClaimInput::gone);
    }
    void noAnswer(const base::Error& error) {
        if (!std::exchange(wasAway, true)) base::log(base::LogLevel::warn, "replica", base::describe(error));
        const bool over = !goesOnAlone && state == ClaimState::holding && clock.now() - heldAt > ClaimTimes{}.lease;
        feed(over ? ClaimInput::gone : ClaimInput::away);
    }
    /// Bringing the tables up to date may take longer than a lease, which is renewed meanwhile.
    void open() {
        opening->post([this, fence = claims->fence()] {
            auto opened = house::openFenced(where, name, fence, clock);
            if (!opened) {
                base::log(base::LogLevel::error, "replica", base::describe(opened.error()));
                return thread->post([this, fence] {
                    if (claims->fence().number == fence.number) feed(ClaimInput::failed);   // else of a turn that is over
                });
            }
            auto store = std::make_shared<std::unique_ptr<house::Store>>(std::move(*opened));
            toNet([store, turn = fence.number](Impl& self) { self.events.onOpen(turn, std::move(*store)); });
        });
    }
    void listen() {
        notices = thread->postAfter(kNotices, [this] {
            if (claims->told()) feed(ClaimInput::told);
            if (state != ClaimState::ended) listen();
        });
    }
};

ClaimWatch::ClaimWatch(base::Executor& net, const base::Clock& clock, std::string where, std::string name,
                       std::unique_ptr<house::HouseClaims> claims, ClaimEvents events, bool goesOnAlone)
    : m_impl(std::make_shared<Impl>(net, clock, std::move(where), std::move(name), std::move(claims), std::move(events), goesOnAlone)) {
    m_impl->opening = std::make_unique<base::ThreadExecutor>("opening", clock);
    m_impl->thread = std::make_unique<base::ThreadExecutor>("claims", clock);
}

ClaimWatch::~ClaimWatch() {
    m_impl->alive = false;
    // Timers die on their own thread; the opening one may still hand something to it.
    m_impl->opening->finish();   // not destroyed yet: the other may be about to post to it
    m_impl->thread->post([impl = m_impl.get()] {
        impl->next.cancel();
        impl->notices.cancel();
        impl->state = ClaimState::ended;
    });
    m_impl->thread->finish();   // what runs there may still set a timer on it
}

void ClaimWatch::start() {
    m_impl->thread->post([impl = m_impl.get()] {
        impl->listen();
        impl->feed(ClaimInput::due);
    });
}
bool ClaimWatch::surelyOurs() const { return m_impl->clock.now() < m_impl->oursUntil.load(); }
void ClaimWatch::failed() {
    m_impl->thread->post([impl = m_impl.get()] { impl->feed(ClaimInput::failed); });
}
void ClaimWatch::closed() {
    m_impl->thread->post([impl = m_impl.get()] { impl->feed(ClaimInput::closed); });
}
void ClaimWatch::stop(std::function<void()> done) {
    m_impl->thread->post([impl = m_impl.get(), done = std::move(done)]() mutable {
        impl->whenEnded = std::move(done);
        impl->feed(ClaimInput::stop);
    });
}

}  // namespace parlour::server
