// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/time.h"

namespace parlour::audio {

/// How long so many samples at 48 kHz last.
constexpr base::Duration soundLength(std::int64_t samples) { return base::Duration(samples * 1000 / 48); }

}  // namespace parlour::audio
