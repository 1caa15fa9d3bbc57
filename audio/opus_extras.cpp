// SPDX-License-Identifier: Apache-2.0
#include "audio/opus_extras.h"

#include <opus/opus.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <memory>
#include <vector>

#include "core/base/media.h"

namespace parlour::audio {
namespace {

constexpr int kFrame = 960;
constexpr int kFrames = 30;        // 0.6 s that comes whole,
constexpr int kLost = 5;           // and what is invented behind it
constexpr double kWholeBudget = 0.01;
constexpr double kInventedBudget = 0.25;

struct Free {
    void operator()(::OpusEncoder* e) const { opus_encoder_destroy(e); }
    void operator()(::OpusDecoder* d) const { opus_decoder_destroy(d); }
};
using Encoder = std::unique_ptr<::OpusEncoder, Free>;
using Decoder = std::unique_ptr<::OpusDecoder, Free>;
using Packets = std::vector<std::vector<unsigned char>>;

Decoder decoderOf(int complexity) {
    Decoder decoder(opus_decoder_create(base::kSampleRate, 1, nullptr));
    if (decoder && opus_decoder_ctl(decoder.get(), OPUS_SET_COMPLEXITY(complexity)) != OPUS_OK) decoder.reset();
    return decoder;
}

/// CPU time of this thread, in seconds.
double spent() {
#if defined(CLOCK_THREAD_CPUTIME_ID)
    timespec time{};
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0) return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
#endif
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// A vowel that glides, as speech at a low rate is sent: the networks work on that.
Packets vowel() {
    Packets packets;
    const Encoder encoder(opus_encoder_create(base::kSampleRate, 1, OPUS_APPLICATION_VOIP, nullptr));
    if (!encoder) return packets;
    opus_encoder_ctl(encoder.get(), OPUS_SET_BITRATE(16'000));
    opus_encoder_ctl(encoder.get(), OPUS_SET_MAX_BANDWIDTH(OPUS_BANDWIDTH_WIDEBAND));
    opus_encoder_ctl(encoder.get(), OPUS_SET_COMPLEXITY(2));
    std::vector<float> pcm(kFrame);
    std::vector<unsigned char> packet(1'500);
    double phase = 0.0, one = 0.0, two = 0.0;
    for (int frame = 0; frame < kFrames; ++frame) {
        for (auto& s : pcm) {
            phase += (110.0 + frame) / base::kSampleRate;
            phase -= std::floor(phase);
            // A saw through one resonance at 600 Hz.
            const double next = (phase - 0.5) + 1.97 * one - 0.976 * two;
            two = one;
            one = next;
            s = static_cast<float>(0.004 * next);
        }
        const auto size = opus_encode_float(encoder.get(), pcm.data(), kFrame, packet.data(), static_cast<opus_int32>(packet.size()));
        if (size > 0) packets.emplace_back(packet.begin(), packet.begin() + size);
    }
    return packets;
}

struct Trial {
    std::vector<float> whole;
    std::vector<float> invented;
    double wholeCost = 0.0, inventedCost = 0.0;  // shares of a core
};

Trial tried(const Packets& packets, int complexity) {
    Trial trial;
    const auto decoder = decoderOf(complexity);
    if (!decoder) return trial;
    std::vector<float> pcm(kFrame);
    const auto start = spent();
    for (const auto& packet : packets) {
        if (opus_decode_float(decoder.get(), packet.data(), static_cast<opus_int32>(packet.size()), pcm.data(), kFrame, 0) < 0) return {};
        trial.whole.insert(trial.whole.end(), pcm.begin(), pcm.end());
    }
    const auto between = spent();
    for (int i = 0; i < kLost; ++i) {
        if (opus_decode_float(decoder.get(), nullptr, 0, pcm.data(), kFrame, 0) < 0) return {};
        trial.invented.insert(trial.invented.end(), pcm.begin(), pcm.end());
    }
    const double frameSeconds = static_cast<double>(kFrame) / base::kSampleRate;
    trial.wholeCost = (between - start) / (frameSeconds * static_cast<double>(std::max<std::size_t>(1, packets.size())));
    trial.inventedCost = (spent() - between) / (frameSeconds * kLost);
    return trial;
}

}  // namespace

OpusExtras findOpusExtras() {
    OpusExtras extras;
    if (!decoderOf(0)) return extras;  // before 1.5
    const auto packets = vowel();
    const auto plain = tried(packets, 0);
    const auto deep = tried(packets, OpusExtras::kDeep);
    extras.voiceCost[0] = plain.wholeCost;
    extras.voiceCost[OpusExtras::kDeep] = deep.wholeCost;
    extras.deepConcealment = plain.invented != deep.invented;
    extras.concealCost = deep.inventedCost;
    const auto lace = tried(packets, OpusExtras::kLace);
    extras.lace = lace.whole != deep.whole;
    if (extras.lace) extras.voiceCost[OpusExtras::kLace] = lace.wholeCost;
    const auto noLace = tried(packets, OpusExtras::kNoLace);
    extras.noLace = noLace.whole != lace.whole;
    if (extras.noLace) extras.voiceCost[OpusExtras::kNoLace] = noLace.wholeCost;
    return extras;
}

int decoderComplexity(const OpusExtras& extras, std::size_t voices) {
    const auto several = static_cast<double>(std::max<std::size_t>(1, voices));
    if (extras.deepConcealment && several * extras.concealCost > kInventedBudget) return 0;
    const auto fits = [&](bool there, int complexity) {
        return there && several * (extras.voiceCost[static_cast<std::size_t>(complexity)] - extras.voiceCost[0]) <= kWholeBudget;
    };
    if (fits(extras.noLace, OpusExtras::kNoLace)) return OpusExtras::kNoLace;
    if (fits(extras.lace, OpusExtras::kLace)) return OpusExtras::kLace;
    return fits(extras.deepConcealment, OpusExtras::kDeep) ? OpusExtras::kDeep : 0;
}

std::string concealmentWord(const OpusExtras& extras, int complexity) {
    std::string word = extras.deepConcealment && complexity >= OpusExtras::kDeep ? "deep" : "opus";
    if (extras.noLace && complexity >= OpusExtras::kNoLace)
        word += "+nolace";
    else if (extras.lace && complexity >= OpusExtras::kLace)
        word += "+lace";
    return word;
}

std::string describe(const OpusExtras& extras) {
    std::string out;
    const auto add = [&](bool there, const char* name) {
        if (there) out += (out.empty() ? "" : ", ") + std::string(name);
    };
    add(extras.deepConcealment, "deep concealment");
    add(extras.lace, "LACE");
    add(extras.noLace, "NoLACE");
    return out.empty() ? "none" : out;
}

}  // namespace parlour::audio
