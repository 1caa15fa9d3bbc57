// SPDX-License-Identifier: Apache-2.0
// What newer libraries add to Opus. Where the library at hand has none of it, only that is shown.
#include "audio/opus_extras.h"

#include <array>

#include "audio/opus_decoder.h"
#include "audio/opus_encoder.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::audio;

namespace {

OpusExtras everything() {
    OpusExtras extras;
    extras.deepConcealment = extras.lace = extras.noLace = true;
    extras.voiceCost = {0.001, 0, 0, 0, 0, 0.0015, 0.0055, 0.020};
    extras.concealCost = 0.02;
    return extras;
}

const OpusExtras& here() {
    static const auto found = findOpusExtras();
    return found;
}

}  // namespace

TEST_CASE("how much a decoder may do follows from what it costs and how many are heard", "[opus-extras]") {
    const auto all = everything();
    CHECK(decoderComplexity(all, 0) == 6);   // NoLACE alone is above one percent of a core
    CHECK(decoderComplexity(all, 2) == 6);
    CHECK(decoderComplexity(all, 3) == 5);
    CHECK(decoderComplexity(all, 12) == 5);
    CHECK(decoderComplexity(all, 13) == 0);  // all of them invented at once would take more than a quarter
    auto fast = all;
    fast.voiceCost[7] = 0.004;
    CHECK(decoderComplexity(fast, 1) == 7);
    auto slow = all;
    slow.concealCost = 0.3;
    CHECK(decoderComplexity(slow, 1) == 0);
    CHECK(decoderComplexity({}, 1) == 0);
    CHECK(concealmentWord(all, 0) == "opus");
    CHECK(concealmentWord(all, 5) == "deep");
    CHECK(concealmentWord(all, 6) == "deep+lace");
    CHECK(concealmentWord(all, 7) == "deep+nolace");
    CHECK(concealmentWord({}, 7) == "opus");
    CHECK(describe(all) == "deep concealment, LACE, NoLACE");
    CHECK(describe({}) == "none");
}

TEST_CASE("what the library can do is found by trying, and what it cannot do changes nothing", "[opus-extras]") {
    const auto& extras = here();
    INFO(opusVersion() << ": " << describe(extras));
    CHECK((describe(extras) == "none") == !extras.any());
    if (extras.deepConcealment) {
        CHECK(extras.voiceCost[5] > 0.0);
        CHECK(extras.concealCost > 0.0);
    }
}

TEST_CASE("padding hides no in-band copy", "[opus-extras]") {
    // A SILK frame of 20 ms with its LBRR flag, alone and as code 3 with two bytes of padding.
    const std::array<std::byte, 4> plain{std::byte{0x48}, std::byte{0x40}, std::byte{1}, std::byte{2}};
    const std::array<std::byte, 8> padded{std::byte{0x4b}, std::byte{0x41}, std::byte{2}, std::byte{0x40}, std::byte{1}, std::byte{2}, std::byte{0}, std::byte{0}};
    CHECK(OpusDecoder::hasFec(plain));
    CHECK(OpusDecoder::hasFec(padded));
}
