// SPDX-License-Identifier: Apache-2.0
// Counts allocations and mutex locks of the calling thread while armed. On glibc without sanitizers; elsewhere works()
// is false. The replaced functions are in tests/audio/realtime_trap_test.cpp, so only programs that contain that file
// are trapped.
#pragma once

#include <cstdint>

namespace parlour::tests {

class RealtimeTrap {
  public:
    class Armed {
      public:
        Armed();
        ~Armed();
        Armed(const Armed&) = delete;
        Armed& operator=(const Armed&) = delete;
    };
    static bool works();
    [[nodiscard]] Armed arm() const { return Armed(); }
    std::uint64_t count() const;
    void reset();
};

}  // namespace parlour::tests
