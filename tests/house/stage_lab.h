// SPDX-License-Identifier: Apache-2.0
// A stage on virtual time with short verbs, and the checks that hold after every input.
#pragma once

#include <string>

#include "core/house/stage.h"
#include "tests/support/catch.h"

namespace parlour::tests {

using api::Power;
using api::Role;
using api::Seat;
using api::StageVerb;
using base::Identity;

struct StageLab {
    house::Policy policy;
    house::Stage stage;
    base::TimePoint now{std::chrono::seconds(1000)};
    base::WallTime wall = base::fromUnixMs(1'795'000'000'000);
    house::Change last;
    base::Error error;

    bool put(const house::StageInput& input) {
        auto decided = house::decide(stage, input, policy, now, wall);
        if (!decided) {
            error = decided.error();
            return false;
        }
        error = {};
        last = std::move(*decided);
        const auto before = stage.session.version;
        house::apply(stage, last);
        REQUIRE(stage.session.version >= before);
        REQUIRE(stage.session.version <= before + 1);
        check();
        return true;
    }
    bool arrive(const std::string& who, Role role = Role::listener, Power power = Power::none) {
        return put(house::Arrive{Identity(who), who, role, power, base::RoomSid("RM_x")}) && put(house::Connected{Identity(who)});
    }
    bool go(const std::string& who) { return put(house::Disconnected{Identity(who)}); }
    bool back(const std::string& who) { return put(house::Connected{Identity(who)}); }
    house::Command command(const std::string& actor, StageVerb verb, const std::string& target = {}) {
        house::Command c;
        c.actor = Identity(actor);
        c.verb = verb;
        c.target = Identity(target);
        return c;
    }
    bool order(const std::string& actor, StageVerb verb, const std::string& target = {}) {
        return put(command(actor, verb, target));
    }
    bool raise(const std::string& who, const std::string& note = {}) {
        auto c = command(who, StageVerb::raise);
        c.note = note;
        return put(c);
    }
    /// Lets time pass as the house does: a Tick whenever something is due.
    void pass(base::Duration d) {
        const auto end = now + d;
        for (int guard = 0; guard < 1000; ++guard) {
            const auto due = house::nextDue(stage, policy);
            if (due > end) break;
            REQUIRE(guard < 999);
            step(std::max(due, now));
            put(house::Tick{});
        }
        step(end);
    }
    void step(base::TimePoint to) {
        wall += std::chrono::duration_cast<std::chrono::milliseconds>(to - now);
        now = to;
    }
    const house::Person* at(const std::string& who) const {
        const auto it = stage.people.find(Identity(who));
        return it == stage.people.end() ? nullptr : &it->second;
    }
    bool in(const std::string& who) const { return at(who) != nullptr; }
    Seat seat(const std::string& who) const { return at(who)->seat; }
    Power power(const std::string& who) const { return at(who)->power; }
    bool onStage(const std::string& who) const { return in(who) && seat(who) == Seat::stage; }
    std::string queue() const {
        std::string out;
        for (const auto* p : house::handQueue(stage)) out += (out.empty() ? "" : " ") + p->identity.str();
        return out;
    }

    void check() const {
        int hosts = 0;
        std::size_t seats = 0;
        for (const auto& [id, p] : stage.people) {
            REQUIRE(p.identity == id);
            hosts += p.power == Power::host;
            seats += p.seat == Seat::stage || p.offer ? 1u : 0u;
            REQUIRE_FALSE((p.hand && p.offer));                          // queued or invited, never both
            REQUIRE_FALSE((p.offer && p.seat == Seat::stage));
            REQUIRE_FALSE((p.held && p.seat == Seat::audience));
            const auto mark = stage.marks.find(id);
            REQUIRE_FALSE((mark != stage.marks.end() && mark->second == house::Mark::removed));
        }
        REQUIRE(hosts <= 1);
        REQUIRE(seats <= policy.maxOnStage);
        if (!stage.session.live) REQUIRE(stage.people.empty());
    }
};

}  // namespace parlour::tests
