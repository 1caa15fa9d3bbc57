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
    }
    return {};
}

RealtimeSeat::RealtimeSeat(RealtimeSystem system) : m_system(std::move(system)) {
    if (m_system.take && m_system.take()) {
        m_asked->answer = Realtime::own;
        return;
    }
    if (!m_system.ask) {
        m_asked->answer = Realtime::refused;
        return;
    }
    // Nobody waits for it: an answer that comes when all is over finds nothing to change.
    std::thread([asked = m_asked, ask = m_system.ask, thread = m_system.thread ? m_system.thread() : 0] {
        if (asked->wanted) asked->answer = ask(thread);
    }).detach();
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
