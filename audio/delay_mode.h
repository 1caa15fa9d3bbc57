// SPDX-License-Identifier: Apache-2.0
// How much delay a person wants: what it means for the device's blocks is here, for the packets in send_policy. Pure values.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "core/base/time.h"

namespace parlour::audio {

/// automatic: short as long as the devices keep up. low: shorter than that, back to short blocks sooner, and packets of 5 ms where
/// the network and the processing allow. comfort: long blocks and packets from the start, for a slow or busy computer.
enum class DelayMode { automatic, low, comfort };

/// Samples of one device callback at 48 kHz: where it begins and where calm leads back to. Packets and what works on a voice take
/// 10 ms of a microphone, so there shorter ones gain nothing but with `low`; of a loudspeaker twice as long ones cost 25 ms (docs/sound.md).
constexpr int playoutBlockOf(DelayMode mode) { return mode == DelayMode::comfort ? 960 : 240; }
constexpr int captureBlockOf(DelayMode mode) { return mode == DelayMode::comfort ? 960 : mode == DelayMode::automatic ? 480 : 240; }

/// So long without a stumble, and shorter blocks are tried again: each try is a gap in the sound.
constexpr base::Duration calmOf(DelayMode mode) {
    return mode == DelayMode::low ? std::chrono::minutes(1) : std::chrono::minutes(5);
}

/// "automatic", "low", "comfort"; nothing for other words.
constexpr std::optional<DelayMode> delayModeOf(std::string_view word) {
    if (word == "automatic") return DelayMode::automatic;
    if (word == "low") return DelayMode::low;
    if (word == "comfort") return DelayMode::comfort;
    return std::nullopt;
}

}  // namespace parlour::audio
