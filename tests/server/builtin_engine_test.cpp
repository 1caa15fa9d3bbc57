// SPDX-License-Identifier: Apache-2.0
// The engine on a thread and a socket of its own.
#include "core/server/builtin_engine.h"

#include <future>

#include "core/base/clock.h"
#include "core/base/thread_executor.h"
#include "core/server/in_flight.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace std::chrono_literals;

namespace {

struct Engine {
    base::SystemClock clock;
    base::ThreadExecutor net{"net", clock};
    std::unique_ptr<server::BuiltinEngine> engine;
    Engine() {
        server::BuiltinEngineConfig config;
        config.bind = {{base::IpAddress::v4({127, 0, 0, 1}), 0}};
        auto started = server::BuiltinEngine::start(net, clock, config);
        REQUIRE(started);
        engine = std::move(*started);
    }
};

}  // namespace

TEST_CASE("every house command is acknowledged once by the media thread", "[server][I7]") {
    Engine e;
    CHECK(e.engine->addresses().at(0).port != 0);
    const base::RoomId room("r");
    const base::Identity who("w");
    for (int i = 0; i < 100; ++i) {
        std::promise<void> rights, muted, removed, ended;
        e.engine->setRights(room, who, {}, [&] { rights.set_value(); });
        e.engine->mute(room, who, [&] { muted.set_value(); });
        e.engine->remove(room, who, [&] { removed.set_value(); });
        e.engine->endRoom(room, [&] { ended.set_value(); });
        for (auto* p : {&rights, &muted, &removed, &ended})
            REQUIRE(p->get_future().wait_for(10s) == std::future_status::ready);
    }
}

TEST_CASE("acknowledgements still under way when the engine ends are given", "[server][I7]") {
    int count = 0;
    {
        Engine e;
        for (int i = 0; i < 1000; ++i) e.engine->setRights(base::RoomId("r"), base::Identity("w"), {}, [&] { ++count; });
    }
    CHECK(count == 1000);
}

TEST_CASE("T1 a session of an identity without rights is closed at once", "[server][T1]") {
    Engine e;
    std::promise<server::SessionEnd> closed;
    server::MediaSink sink;
    sink.onSession = [&](server::SessionId, server::SessionEvent event) {
        if (const auto* c = std::get_if<server::SessionClosed>(&event)) closed.set_value(c->why);
    };
    e.engine->setSink(std::move(sink));
    e.engine->open(base::RoomId("r"), base::Identity("w"), base::ParticipantSid("PA_x"), true);
    auto future = closed.get_future();
    REQUIRE(future.wait_for(10s) == std::future_status::ready);
    CHECK(future.get() == server::SessionEnd::refused);
    e.engine.reset();
}

TEST_CASE("what is on its way to a thread that stands still is bounded, and the rest counted", "[server]") {
    server::InFlight packets(8);
    CHECK(packets.take(3));
    CHECK(packets.take(5));
    CHECK_FALSE(packets.take(1));
    CHECK(packets.refused() == 1);
    packets.arrived(3);
    CHECK_FALSE(packets.take(4));
    CHECK(packets.take(3));
    CHECK(packets.refused() == 5);
}
