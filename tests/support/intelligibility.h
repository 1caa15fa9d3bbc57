// SPDX-License-Identifier: Apache-2.0
// How well speech is understood after a network: STOI (Taal et al. 2011) and ESTOI (Jensen and Taal 2016), written from
// the papers, and the alignment they need, by utterance. Input 48 kHz mono. 1 = as said, near 0 = not speech any more.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace parlour::tests {

/// Both of one length and already aligned; at least half a second with speech in it, else 0.
double stoi(std::span<const float> said, std::span<const float> heard);
double estoi(std::span<const float> said, std::span<const float> heard);

struct Utterance {
    std::size_t begin = 0, end = 0;  ///< samples of what was said
    std::ptrdiff_t delay = 0;        ///< samples that it was heard later
    double correlation = 0.0;        ///< at that delay
    double estoi = 0.0;
};

/// Pieces of speech between pauses, at most about 2 s long, each looked for in `heard` within `most` samples after its
/// time and scored there, each half second of it aligned by itself.
std::vector<Utterance> scoreUtterances(std::span<const float> said, std::span<const float> heard, std::size_t most);
/// Where a recording that was begun at any time has what was said: samples of `heard` before sample 0 of `said`, negative when
/// the recording begins later than that. The median over the utterances, so a few that are lost do not matter. Nothing found: nullopt.
std::optional<std::ptrdiff_t> beginsAt(std::span<const float> said, std::span<const float> heard);
/// Mean of the scores, weighted by length.
double meanEstoi(std::span<const Utterance> utterances);

}  // namespace parlour::tests
