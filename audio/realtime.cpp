// SPDX-License-Identifier: Apache-2.0
#include "audio/realtime.h"

#include <future>
#include <thread>

namespace parlour::audio {

std::string_view toString(Realtime state) {
    switch (state) {
        case Realtime::asking: return "no answer yet";
        case Realtime::own: return "yes";
        case Realtime::granted: return "yes, by rtkit";
        case Realtime::high: return "a higher priority by rtkit, not real time";
        case Realtime::refused: return "no";
        case Realtime::lost: return "not any more: the system took it back";
    }
    return {};
}

std::string_view wordOf(Realtime state) {
    switch (state) {
        case Realtime::asking: return "asking";
        case Realtime::own: return "own";
        case Realtime::granted: return "granted";
        case Realtime::high: return "high";
        case Realtime::refused: return "refused";
        case Realtime::lost: return "lost";
    }
    return {};
}

RealtimeSeat::RealtimeSeat(RealtimeSystem system) : m_system(std::move(system)) { ask(false); }

/// `again`: what is not given once more is lost, as it was.
void RealtimeSeat::ask(bool again) {
    if (m_system.take && m_system.take()) {
        m_asked->answer = Realtime::own;
        return;
    }
    if (!m_system.ask) {
        m_asked->answer = again ? Realtime::lost : Realtime::refused;
        return;
    }
    // Nobody waits for it: an answer that comes when all is over finds nothing to change.
    m_asked->pending = true;
    std::thread([asked = m_asked, ask = m_system.ask, again, thread = m_system.thread ? m_system.thread() : 0] {
        if (asked->wanted) {
            const auto got = ask(thread);
            if (!again || got != Realtime::refused) asked->answer = got;
        }
        asked->pending = false;
    }).detach();
}

void RealtimeSeat::tend(base::TimePoint now) {
    if (!m_system.has || now < m_lookAt) return;
    m_lookAt = now + kLookEach;
    const auto is = state();
    if (is == Realtime::own || is == Realtime::granted) {
        if (m_system.has()) return;
        m_asked->answer = Realtime::lost;
        m_askAt = now + kCalm * (1 << m_asks);
        return;
    }
    if (is != Realtime::lost || m_asked->pending || m_asks == kAsksAgain || now < m_askAt) return;
    ++m_asks;
    m_askAt = now + kCalm * (1 << m_asks);
    ask(true);
}

RealtimeSeat::~RealtimeSeat() {
    m_asked->wanted = false;
    if (m_system.leave) m_system.leave();
}

Realtime tryRealtime() {
    auto system = systemRealtime();
    std::promise<Realtime> own;
    std::thread thread([&] {
        RealtimeSystem alone = system;
        alone.ask = {};
        std::promise<Realtime> answer;
        auto future = answer.get_future();
        auto shared = std::make_shared<std::promise<Realtime>>(std::move(answer));
        if (system.ask)
            alone.ask = [shared, ask = system.ask](std::uint64_t id) {
                const auto got = ask(id);
                shared->set_value(got);
                return got;
            };
        const RealtimeSeat seat(alone);
        if (seat.state() != Realtime::asking) return own.set_value(seat.state());
        own.set_value(future.wait_for(std::chrono::seconds(3)) == std::future_status::ready ? future.get() : Realtime::asking);
    });
    const auto result = own.get_future().get();
    thread.join();
    return result;
}

}  // namespace parlour::audio
