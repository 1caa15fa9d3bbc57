// SPDX-License-Identifier: Apache-2.0
// What the libopus at hand can do beyond RFC 6716. Libraries since 1.5 know all of it by name, but each is in only where it was
// built in, so it is found by trying: concealment by a network (decoder complexity 5), LACE and NoLACE, which mend speech at low
// rates (6, 7). Decoders begin with none of it.
#pragma once

#include <array>
#include <cstddef>
#include <string>

namespace parlour::audio {

struct OpusExtras {
    static constexpr int kDeep = 5, kLace = 6, kNoLace = 7;  ///< decoder complexity
    bool deepConcealment = false;
    bool lace = false;
    bool noLace = false;
    std::array<double, 8> voiceCost{};    ///< share of a core for one voice that comes whole, by complexity; 0 = not tried
    double concealCost = 0.0;             ///< the same while it is invented by the network
    bool any() const { return deepConcealment || lace || noLace; }
};

/// Takes no time where there is none of it, else about 0.2 s of the calling thread. Not on the pump.
OpusExtras findOpusExtras();
/// The decoder complexity that `voices` at a time may have: 1 % of a core for all of them, and a quarter when all are invented.
int decoderComplexity(const OpusExtras& extras, std::size_t voices);
/// What fills a hole, for events: "opus", "deep", "deep+lace", "deep+nolace".
std::string concealmentWord(const OpusExtras& extras, int complexity);
/// For people: "none", or their names.
std::string describe(const OpusExtras& extras);

}  // namespace parlour::audio
