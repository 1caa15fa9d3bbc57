// SPDX-License-Identifier: Apache-2.0
// From the link to the first sample that is heard, in one process on loopback. `[figures]` prints where the time goes.
#include <cstdio>

#include "tests/room/room_lab.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

struct Steps {
    base::Duration connecting, roster, joined, track, heard;
};

Steps measure(RoomLab& lab) {
    auto& person = lab.add("listener");
    lab.pass(30ms);   // the card runs
    const auto begin = lab.clock.now();
    Steps out{};
    const auto reach = [&](base::Duration& when, const std::function<bool()>& done) {
        REQUIRE(lab.until(done));
        when = lab.clock.now() - begin;
    };
    person.enter(lab.made.links.listener);
    reach(out.connecting, [&] { return person.state()->session >= SessionState::connecting; });
    reach(out.roster, [&] { return !person.state()->participants.empty(); });
    reach(out.joined, [&] { return person.joined(); });
    reach(out.track, [&] { return std::any_of(person.state()->participants.begin(), person.state()->participants.end(), [](const auto& p) { return p->audioTrack != 0; }); });
    reach(out.heard, [&] { return person.loudness(10ms) > 0.01; });
    bool gone = false;
    person.session->leave([&] { gone = true; });
    REQUIRE(lab.until([&] { return gone; }));
    lab.people.pop_back();
    return out;
}

long at(std::vector<Steps> all, base::Duration Steps::*step, double part) {
    std::sort(all.begin(), all.end(), [&](const Steps& a, const Steps& b) { return a.*step < b.*step; });
    return static_cast<long>(base::toMs(all[static_cast<std::size_t>(part * static_cast<double>(all.size() - 1))].*step));
}

}  // namespace

TEST_CASE("who comes in hears the speaker soon", "[room][whole][figures]") {
    RoomLab lab;
    auto& host = lab.host();
    host.hum();
    REQUIRE(lab.until([&] { return host.onStage(); }));
    host.session->setMicrophone(true);
    REQUIRE(lab.until([&] { return host.stats.packetsSent > 20; }));
    std::vector<Steps> all;
    for (int i = 0; i < 11; ++i) all.push_back(measure(lab));
    std::printf("join time, ms from enter(), median / p95 of %zu:\n", all.size());
    for (const auto& [name, step] : {std::pair{"redeemed", &Steps::connecting}, {"roster", &Steps::roster}, {"joined", &Steps::joined},
                                     {"track", &Steps::track}, {"heard", &Steps::heard}})
        std::printf("  %-9s %5ld / %ld\n", name, at(all, step, 0.5), at(all, step, 0.95));
    CHECK(at(all, &Steps::heard, 0.5) < 3000);   // of a machine under load; the figure itself is the benchmark's
}
