// SPDX-License-Identifier: Apache-2.0
// Private to core/house/stage*.cpp: a change being written over a stage that is not touched.
#pragma once

#include <string>

#include "core/house/stage.h"

namespace parlour::house {

/// The actor as the rules see it: a person in the room or the administrator.
struct Actor {
    base::Identity identity;
    api::Power power = api::Power::none;
    bool admin = false;
    bool moderates() const { return admin || power != api::Power::none; }
    bool hosts() const { return admin || power == api::Power::host; }
    bool isAbove(const Person& other) const { return admin || power > other.power; }
};

class Draft {
  public:
    Draft(const Stage& stage, const Policy& thePolicy, base::TimePoint at, base::WallTime wallAt)
        : policy(thePolicy), now(at), wall(wallAt), m_stage(stage) {
        change.session = stage.session;
        change.settings = stage.settings;
    }

    const Person* look(const base::Identity& who) const;
    /// A copy to change; nullptr when not in the session.
    Person* edit(const base::Identity& who);
    Person& add(Person person);
    void drop(const base::Identity& who);
    Mark mark(const base::Identity& who) const;
    void setMark(const base::Identity& who, Mark mark);

    /// Everybody as the change leaves them.
    template <class F>
    void forEach(F&& f) const {
        for (const auto& [id, person] : m_stage.people) {
            const auto it = change.people.find(id);
            if (it == change.people.end())
                f(person);
            else if (it->second)
                f(*it->second);
        }
        for (const auto& [id, person] : change.people)
            if (person && !m_stage.people.contains(id)) f(*person);
    }

    std::size_t onStageAndInvited() const;
    std::size_t hands() const;
    bool stageFull() const { return onStageAndInvited() >= policy.maxOnStage; }
    /// Takes the stage, muted.
    void seat(Person& person);
    /// Back to the audience; hand, offer, hold and mute are gone.
    void unseat(Person& person);
    /// Starts the speaker's time; 0 = no limit.
    void setSlot(Person& person, int seconds);
    /// An open invitation to speak; the hand goes into it.
    void offer(Person& person, const base::Identity& by, bool onTurn);
    void setPower(Person& person, api::Power power);
    void makeHost(const base::Identity& who);
    void endSession(const base::Identity& actor, const std::string& why);
    void audit(const base::Identity& actor, std::string verb, const base::Identity& target = {}, std::string detail = {}) {
        change.audit.push_back({actor, std::move(verb), target, std::move(detail)});
    }

    /// The rules that hold after every input: host, emptiness, what is visible, version.
    void settle();

    Change change;
    const Policy& policy;
    const base::TimePoint now;
    const base::WallTime wall;

  private:
    void settleHost();
    void settleEmpty();
    void settleOverflow();  // stage_overflow.cpp
    void findVisible();

    const Stage& m_stage;
};

/// stage_door.cpp
base::Result<void> runArrive(Draft& draft, const Arrive& arrive);
base::Result<void> runSettle(Draft& draft, const Settle& settle);
/// stage_commands.cpp
base::Result<void> runCommand(Draft& draft, const Command& command);
/// stage_crowd.cpp
base::Result<void> runCrowdCommand(Draft& draft, const Command& command, const Actor& actor);
/// stage_chair.cpp
base::Result<void> runChair(Draft& draft, const Command& command, const Actor& actor);
/// Whoever is off the stage has no chair, and the host of an interview sits down first.
void settleChair(Draft& draft);
/// stage_time.cpp
void runTick(Draft& draft);
void runRestart(Draft& draft);

}  // namespace parlour::house
