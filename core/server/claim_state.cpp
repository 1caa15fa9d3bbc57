// SPDX-License-Identifier: Apache-2.0
#include "core/server/claim_state.h"

#include <algorithm>

namespace parlour::server {

namespace {

constexpr base::Duration kAfterEnd = std::chrono::milliseconds(20);

/// standby and blind.
ClaimStep onStandby(ClaimState state, ClaimInput input, base::Duration left, const ClaimTimes& times) {
    using enum ClaimInput;
    const auto stay = [state](ClaimAct act, base::Duration wait = base::Duration::max()) { return ClaimStep{state, act, wait}; };
    switch (input) {
        case due: return stay(ClaimAct::look);
        case told: return stay(ClaimAct::look);
        case seenFree:
            if (state == ClaimState::standby) return stay(ClaimAct::take);
            return {ClaimState::standby, ClaimAct::none, times.lease};   // its holder comes back sooner than that, if it lives
        case seenHeld: return {ClaimState::standby, ClaimAct::none, std::clamp(left + kAfterEnd, kAfterEnd, times.look)};
        case away: return {ClaimState::blind, ClaimAct::none, times.away};
        case taken: return {ClaimState::holding, ClaimAct::open, times.renew};
        case stop: return {ClaimState::ended};
        case renewed:
        case gone:
        case failed:
        case closed: break;   // answers to a turn that is over
    }
    return stay(ClaimAct::none, times.look);
}

ClaimStep onHolding(ClaimInput input, const ClaimTimes& times) {
    using enum ClaimInput;
    switch (input) {
        case due: return {ClaimState::holding, ClaimAct::renew};
        case told: return {ClaimState::holding, ClaimAct::renew};
        case renewed: return {ClaimState::holding, ClaimAct::none, times.renew};
        case away: return {ClaimState::holding, ClaimAct::none, times.away};
        case gone: return {ClaimState::closing, ClaimAct::close};
        case failed: return {ClaimState::failing, ClaimAct::close};
        case stop: return {ClaimState::ending, ClaimAct::close};
        case seenFree:
        case seenHeld:
        case taken:
        case closed: break;   // not asked for in this state
    }
    return {ClaimState::holding, ClaimAct::none, times.renew};
}

}  // namespace

ClaimStep step(ClaimState state, ClaimInput input, base::Duration left, const ClaimTimes& times) {
    switch (state) {
        case ClaimState::standby:
        case ClaimState::blind: return onStandby(state, input, left, times);
        case ClaimState::holding: return onHolding(input, times);
        case ClaimState::closing:
            if (input == ClaimInput::stop) return {ClaimState::ending};
            if (input == ClaimInput::closed) return {ClaimState::standby, ClaimAct::look};
            return {ClaimState::closing};
        case ClaimState::failing:
            if (input == ClaimInput::stop) return {ClaimState::ending};
            if (input == ClaimInput::closed) return {ClaimState::resting, ClaimAct::giveBack, times.afterFailure};
            return {ClaimState::failing};
        case ClaimState::resting:   // told of what it gave back itself, too
            if (input == ClaimInput::stop) return {ClaimState::ended};
            if (input == ClaimInput::due) return {ClaimState::standby, ClaimAct::look};
            return {ClaimState::resting};
        case ClaimState::ending:
            if (input == ClaimInput::closed) return {ClaimState::ended, ClaimAct::giveBack};
            return {ClaimState::ending};
        case ClaimState::ended: return {ClaimState::ended};
    }
    return {state};
}

std::string_view toString(ClaimState state) {
    switch (state) {
        case ClaimState::standby: return "standby";
        case ClaimState::blind: return "blind";
        case ClaimState::holding: return "holding";
        case ClaimState::closing: return "closing";
        case ClaimState::failing: return "failing";
        case ClaimState::resting: return "resting";
        case ClaimState::ending: return "ending";
        case ClaimState::ended: return "ended";
    }
    return "";
}

}  // namespace parlour::server
