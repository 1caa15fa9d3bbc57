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
        const unsigned kind = data[i] % 32;
        if (kind <= static_cast<unsigned>(api::StageVerb::end)) {
            house::Command command;
            command.actor = who;
            command.verb = static_cast<api::StageVerb>(kind);
            command.target = data[i + 2] & 0x40 ? base::Identity() : other;
            command.on = (data[i + 2] & 0x20) != 0;
            command.admin = data[i + 1] >= 250;
            input = command;
        } else {
            switch (kind) {
                case 21:
                case 22: {
                    const auto role = static_cast<api::Role>(data[i + 2] % 3);
                    auto& power = powers[who];
                    bool anyHost = false;
                    for (const auto& [id, p] : powers) anyHost = anyHost || p == api::Power::host;
                    if (role == api::Role::moderator && power == api::Power::none && data[i + 2] & 0x80)
                        power = anyHost ? api::Power::moderator : api::Power::host;
                    input = house::Arrive{who, "n", role, power, base::RoomSid("RM")};
                    break;
                }
                case 23: input = house::Connected{who}; break;
                case 24: input = house::Disconnected{who}; break;
                case 25: input = house::Leave{who}; break;
                case 26: input = house::Unmuted{who}; break;
                case 27: input = house::Spoke{who}; break;
                case 28: input = house::Expel{{who, other}}; break;
                case 29: input = house::Restart{}; break;
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
