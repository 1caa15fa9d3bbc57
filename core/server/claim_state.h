// SPDX-License-Identifier: Apache-2.0
// One of several servers of a house, and its turn with it: what it does next after what it has heard. Pure; time is the
// database's and comes as "how much is left". claim_watch.h carries it out.
#pragma once

#include <string_view>

#include "core/base/time.h"
#include "core/house/store/house_claims.h"

namespace parlour::server {

enum class ClaimState {
    standby,   ///< another runs the house, or nobody does yet
    blind,     ///< the same, and the database was away: a lease that ran out meanwhile says nothing about its holder
    holding,   ///< we do
    closing,   ///< we did, another does now: what ran here is being closed
    failing,   ///< we did, and could not: the same
    resting,   ///< after that another may be luckier
    ending,    ///< what ran here is being closed for good
    ended,
};
/// From the database (seen … renewed, away), from its notices (told), from the house here (failed, closed), from the operator (stop),
/// and the time that a step asked for (due).
enum class ClaimInput { due, seenFree, seenHeld, taken, renewed, gone, away, told, failed, closed, stop };
enum class ClaimAct { none, look, take, open, renew, close, giveBack };

struct ClaimStep {
    ClaimState state;
    ClaimAct act = ClaimAct::none;
    base::Duration wait = base::Duration::max();   ///< until `due`; max = as before, or not by itself
    bool operator==(const ClaimStep&) const = default;
};

struct ClaimTimes {
    base::Duration lease = house::ClaimWish{}.lease;   ///< what the database is asked for
    base::Duration renew = std::chrono::seconds(1);
    base::Duration look = std::chrono::seconds(1);          ///< at the longest; sooner when the claim runs out sooner
    base::Duration away = std::chrono::milliseconds(500);   ///< the database did not answer
    base::Duration afterFailure = std::chrono::seconds(5);  ///< another may be luckier
};

/// `left`: what seenHeld said. While the database is away the holder goes on: nobody can take over then, and what it cannot
/// write it refuses. It stops when it hears that another holds the claim.
ClaimStep step(ClaimState state, ClaimInput input, base::Duration left = {}, const ClaimTimes& times = {});
std::string_view toString(ClaimState state);

}  // namespace parlour::server
