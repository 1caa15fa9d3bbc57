// SPDX-License-Identifier: Apache-2.0
// When the pump passes again: shortly after each call of the devices, foreseen from their last ones. Nobody wakes it, as that would be a
// system call on the device's thread, and it need not look in vain. A block of the microphone is fetched at once, one for the loudspeaker
// made a little later: packets that come meanwhile are in it. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "audio/device_callback.h"
#include "audio/sound_length.h"
#include "core/base/time.h"

namespace parlour::audio {

inline constexpr base::Duration kFetchAfter{300};     ///< the microphone's call
inline constexpr base::Duration kMakeAfter{1'250};    ///< the loudspeaker's
inline constexpr base::Duration kLookAgain{1'250};    ///< for a device that is a little late; many call in bursts, so then
inline constexpr base::Duration kSteady{2'500};       ///< as where it is not known when devices call
inline constexpr base::Duration kSteadyShort{1'250};  ///< always, where the shortest delay is wanted (refill.h)
inline constexpr base::Duration kLongestRest{20'000};
inline constexpr base::Duration kGone{200'000};       ///< a device that has not called for so long

/// When `call` will have been repeated; nothing for a device that stands still.
inline std::optional<base::TimePoint> nextCall(base::TimePoint now, const DeviceCallback::Call& call, base::Duration after) {
    if (call.samples == 0 || now - call.at > kGone) return std::nullopt;
    const auto due = call.at + soundLength(static_cast<std::int64_t>(call.samples)) + after;
    return due > now ? due : now + (now - due < kLookAgain ? kLookAgain : kSteady);
}

/// `now` and the calls as they were when the last pass began.
inline base::TimePoint nextPass(base::TimePoint now, const DeviceCallback::Call& microphone, const DeviceCallback::Call& loudspeaker,
                                bool shortest) {
    if (shortest) return now + kSteadyShort;
    const auto fetch = nextCall(now, microphone, kFetchAfter), make = nextCall(now, loudspeaker, kMakeAfter);
    // The silence that stands in for a missing loudspeaker calls as well: without any, one is being opened or has just been lost.
    if (!make) return now + kSteady;
    return std::min({now + kLongestRest, *make, fetch.value_or(*make)});
}

}  // namespace parlour::audio
