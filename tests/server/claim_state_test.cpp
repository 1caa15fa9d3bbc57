// SPDX-License-Identifier: Apache-2.0
// The turn with a shared house, each input in each state.
#include "core/server/claim_state.h"

#include <array>

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::server;
using namespace std::chrono_literals;

namespace {

constexpr auto kAll = {ClaimInput::due,   ClaimInput::seenFree, ClaimInput::seenHeld, ClaimInput::taken,  ClaimInput::renewed, ClaimInput::gone,
                       ClaimInput::away, ClaimInput::told,     ClaimInput::failed,   ClaimInput::closed, ClaimInput::stop};
constexpr base::Duration kNever = base::Duration::max();

struct Row {
    ClaimState state;
    ClaimInput input;
    ClaimStep then;
};

}  // namespace

TEST_CASE("the table of the claim: what each server of a shared house does next", "[claims]") {
    using enum ClaimState;
    using In = ClaimInput;
    using Act = ClaimAct;
    const Row table[] = {
        {standby, In::due, {standby, Act::look, kNever}},
        {standby, In::told, {standby, Act::look, kNever}},
        {standby, In::seenFree, {standby, Act::take, kNever}},
        {standby, In::seenHeld, {standby, Act::none, 520ms}},
        {standby, In::away, {blind, Act::none, 500ms}},
        {standby, In::taken, {holding, Act::open, 1s}},
        {standby, In::renewed, {standby, Act::none, 1s}},
        {standby, In::gone, {standby, Act::none, 1s}},
        {standby, In::failed, {standby, Act::none, 1s}},
        {standby, In::closed, {standby, Act::none, 1s}},
        {standby, In::stop, {ended, Act::none, kNever}},
        {blind, In::due, {blind, Act::look, kNever}},
        {blind, In::told, {blind, Act::look, kNever}},
        {blind, In::seenFree, {standby, Act::none, 3s}},
        {blind, In::seenHeld, {standby, Act::none, 520ms}},
        {blind, In::away, {blind, Act::none, 500ms}},
        {blind, In::taken, {holding, Act::open, 1s}},
        {blind, In::renewed, {blind, Act::none, 1s}},
        {blind, In::gone, {blind, Act::none, 1s}},
        {blind, In::failed, {blind, Act::none, 1s}},
        {blind, In::closed, {blind, Act::none, 1s}},
        {blind, In::stop, {ended, Act::none, kNever}},
        {holding, In::due, {holding, Act::renew, kNever}},
        {holding, In::told, {holding, Act::renew, kNever}},
        {holding, In::renewed, {holding, Act::none, 1s}},
        {holding, In::away, {holding, Act::none, 500ms}},
        {holding, In::gone, {closing, Act::close, kNever}},
        {holding, In::failed, {failing, Act::close, kNever}},
        {holding, In::stop, {ending, Act::close, kNever}},
        {holding, In::seenFree, {holding, Act::none, 1s}},
        {holding, In::seenHeld, {holding, Act::none, 1s}},
        {holding, In::taken, {holding, Act::none, 1s}},
        {holding, In::closed, {holding, Act::none, 1s}},
        {closing, In::closed, {standby, Act::look, kNever}},
        {closing, In::stop, {ending, Act::none, kNever}},
        {failing, In::closed, {resting, Act::giveBack, 5s}},
        {failing, In::stop, {ending, Act::none, kNever}},
        {resting, In::due, {standby, Act::look, kNever}},
        {resting, In::stop, {ended, Act::none, kNever}},
        {ending, In::closed, {ended, Act::giveBack, kNever}},
    };
    int rows = 0;
    for (const auto& row : table) {
        INFO(toString(row.state) << ", input " << static_cast<int>(row.input));
        CHECK(step(row.state, row.input, 500ms) == row.then);
        ++rows;
    }
    // What is not in the table changes nothing and does nothing.
    for (const auto state : {closing, failing, resting, ending, ended})
        for (const auto input : kAll) {
            bool named = false;
            for (const auto& row : table) named = named || (row.state == state && row.input == input);
            if (named) continue;
            INFO(toString(state) << ", input " << static_cast<int>(input));
            CHECK(step(state, input, 500ms) == ClaimStep{state});
            ++rows;
        }
    CHECK(rows == 8 * 11);
}

TEST_CASE("who waits for the claim looks when it runs out, and at least every second", "[claims]") {
    const auto wait = [](base::Duration left) { return step(ClaimState::standby, ClaimInput::seenHeld, left).wait; };
    CHECK(wait(2999ms) == 1s);
    CHECK(wait(980ms) == 1s);
    CHECK(wait(979ms) == 999ms);
    CHECK(wait(0ms) == 20ms);
    CHECK(wait(-5s) == 20ms);
    // The clock of the database was set: at most a second is lost by it.
    CHECK(wait(std::chrono::hours(1)) == 1s);
}

TEST_CASE("a holder renews more than once within a lease", "[claims]") {
    const ClaimTimes times;
    CHECK(times.renew + times.away < times.lease);
    CHECK(times.look < times.lease);
}
