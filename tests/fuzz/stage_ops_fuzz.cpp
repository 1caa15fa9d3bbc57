// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_house
// Operation sequences against the pure stage: after every input the invariants of a room hold (security: I3 to I5), a refused
// input changes nothing, and time never gets stuck.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "core/house/stage.h"

using namespace parlour;
using house::Stage;

namespace {

void requireAt(bool good, int line) {
    if (good) return;
    std::fprintf(stderr, "invariant broken, line %d\n", line);
    std::abort();
}
#define require(good) requireAt(good, __LINE__)

using Powers = std::map<base::Identity, api::Power>;

/// What the store makes of a change: one host.
void keep(Powers& powers, const house::Change& change) {
    for (const auto& power : change.powers) {
        if (power.power == api::Power::host)
            for (auto& [id, p] : powers)
                if (p == api::Power::host) p = api::Power::moderator;
        powers[power.who] = power.power;
    }
}

void check(const Stage& stage, const house::Policy& policy) {
    std::size_t seats = 0;
    int hosts = 0;
    for (const auto& [id, p] : stage.people) {
        require(p.identity == id);
        require(!(p.hand && p.offer));
        require(!(p.offer && p.seat == api::Seat::stage));
        require(!(p.held && p.seat == api::Seat::audience));
        hosts += p.power == api::Power::host;
        if (p.power == api::Power::host) require(stage.session.host == id);
        seats += p.seat == api::Seat::stage || p.offer ? 1u : 0u;
        const auto mark = stage.marks.find(id);
        require(mark == stage.marks.end() || mark->second != house::Mark::removed);
    }
    require(hosts <= 1);
    require(seats <= policy.maxOnStage);
    if (!stage.session.live) require(stage.people.empty() && stage.marks.empty());
    const auto queue = house::handQueue(stage);
    for (std::size_t i = 1; i < queue.size(); ++i) require(queue[i - 1]->hand->key < queue[i]->hand->key);
}

constexpr unsigned kVerbs = static_cast<unsigned>(api::StageVerb::end) + 1;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    house::Policy policy;
    policy.maxOnStage = 3;
    policy.maxPeople = 6;
    policy.maxHands = 3;
    Stage stage;
    base::TimePoint now{std::chrono::seconds(1)};
    auto wall = base::fromUnixMs(1'795'000'000'000);
    Powers powers;  // what the memberships say
    for (std::size_t i = 0; i + 2 < size; i += 3) {
        const auto who = base::Identity(std::string(1, static_cast<char>('a' + data[i + 1] % 8)));
        const auto other = base::Identity(std::string(1, static_cast<char>('a' + data[i + 2] % 8)));
        house::StageInput input = house::Tick{};
        const unsigned kind = data[i] % (kVerbs + 11);
        if (kind < kVerbs) {
            house::Command command;
            command.actor = who;
            command.verb = static_cast<api::StageVerb>(kind);
            command.target = data[i + 2] & 0x40 ? base::Identity() : other;
            command.on = (data[i + 2] & 0x20) != 0;
            command.admin = data[i + 1] >= 250;
            command.place = data[i + 1] % 4;
            command.seconds = data[i + 2] % 8;
            command.sinceMinutes = 1 + data[i + 1] % 3;
            input = command;
        } else {
            switch (kind - kVerbs) {
                case 0:
                case 1: {
                    const auto role = static_cast<api::Role>(data[i + 2] % 3);
                    auto& power = powers[who];
                    bool anyHost = false;
                    for (const auto& [id, p] : powers) anyHost = anyHost || p == api::Power::host;
                    if (role == api::Role::moderator && power == api::Power::none && data[i + 2] & 0x80)
                        power = anyHost ? api::Power::moderator : api::Power::host;
                    input = house::Arrive{who, "n", role, power, base::RoomSid("RM")};
                    break;
                }
                case 2: input = house::Connected{who}; break;
                case 3: input = house::Disconnected{who}; break;
                case 4: input = house::Leave{who}; break;
                case 5: input = house::Unmuted{who}; break;
                case 6: input = house::Spoke{who}; break;
                case 7: input = house::Expel{{who, other}}; break;
                case 8: input = house::Restart{}; break;
                default: {
                    const auto step = std::chrono::milliseconds((data[i + 1] << 8 | data[i + 2]) * 4);
                    now += step;
                    wall += step;
                    break;
                }
            }
        }
        const auto before = stage.session;
        auto change = house::decide(stage, input, policy, now, wall);
        if (!change) continue;
        house::apply(stage, *change);
        keep(powers, *change);
        require(stage.session.version == before.version || stage.session.version == before.version + 1);
        check(stage, policy);
        for (int guard = 0; house::nextDue(stage, policy) <= now; ++guard) {
            require(guard < 50);  // a due time that nothing happens at would spin for ever
            auto tick = house::decide(stage, house::Tick{}, policy, now, wall);
            require(tick.has_value());
            house::apply(stage, *tick);
            keep(powers, *tick);
            check(stage, policy);
        }
        int hostRows = 0;
        for (const auto& [id, p] : powers) hostRows += p == api::Power::host;
        require(hostRows <= 1);
    }
    return 0;
}
