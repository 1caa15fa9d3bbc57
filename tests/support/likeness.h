// SPDX-License-Identifier: Apache-2.0
// How much of what was heard is a certain voice.
#pragma once

#include <span>

namespace parlour::tests {

/// Best normalised correlation of `said` with any part of `heard` (both mono, 48 kHz): 0 a stranger, 1 the same sound.
double likeness(std::span<const float> said, std::span<const float> heard);

}  // namespace parlour::tests
