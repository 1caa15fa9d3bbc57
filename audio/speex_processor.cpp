// SPDX-License-Identifier: Apache-2.0
// speexdsp: always there, the baseline and what is left where webrtc-audio-processing is missing.
#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "audio/processor_libraries.h"

namespace parlour::audio {
namespace {

constexpr int kBlock = base::kBlockSamples;
constexpr int kTail = base::kSampleRate / 5;  // 200 ms: device buffers and the room
constexpr base::Duration kBlockTime{10'000};
constexpr std::int64_t kFewest = 3, kMost = 8;  // blocks played that wait for their echo; the longest device block is four
using Block = std::array<spx_int16_t, kBlock>;

void toShort(std::span<const float> in, Block& out) {
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<spx_int16_t>(i < in.size() ? std::lround(std::clamp(in[i], -1.0f, 1.0f) * 32767.0f) : 0);
}
void toFloat(const Block& in, std::span<float> out) {
    for (std::size_t i = 0; i < out.size() && i < in.size(); ++i) out[i] = static_cast<float>(in[i]) / 32768.0f;
}

struct FreeEcho {
    void operator()(SpeexEchoState* s) const { speex_echo_state_destroy(s); }
};
struct FreePreprocess {
    void operator()(SpeexPreprocessState* s) const { speex_preprocess_state_destroy(s); }
};
using Preprocess = std::unique_ptr<SpeexPreprocessState, FreePreprocess>;

Preprocess makePreprocess(int noiseDecibel) {
    Preprocess state(speex_preprocess_state_init(kBlock, base::kSampleRate));
    speex_preprocess_ctl(state.get(), SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, &noiseDecibel);
    return state;
}

class SpeexEcho final : public ProcessorStage {
  public:
    SpeexEcho() : m_echo(speex_echo_state_init(kBlock, kTail)), m_rest(makePreprocess(0)) {
        int rate = base::kSampleRate;
        speex_echo_ctl(m_echo.get(), SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
        // Noise stays, only what the filter leaves of the echo goes.
        speex_preprocess_ctl(m_rest.get(), SPEEX_PREPROCESS_SET_ECHO_STATE, m_echo.get());
    }

    void played(std::span<const float> block) override {
        if (m_waiting == m_queue.size()) dropOldest();
        toShort(block, m_queue[(m_first + m_waiting++) % m_queue.size()]);
    }

    bool process(std::span<float> block, base::Duration echoDelay) override {
        toShort(block, m_in);
        // A device of long blocks plays and captures several at once, and they wait here. Where its delay is shorter than
        // the queue the loudspeaker's clock is faster: what has come back already is of no use.
        const auto most = static_cast<std::size_t>(std::clamp<std::int64_t>(echoDelay / kBlockTime, kFewest, kMost));
        while (m_waiting > most) dropOldest();
        const Block* played = &m_silence;
        if (m_waiting > 0) {
            played = &m_queue[m_first];
            dropOldest();
        }
        speex_echo_cancellation(m_echo.get(), m_in.data(), played->data(), m_out.data());
        speex_preprocess_run(m_rest.get(), m_out.data());
        toFloat(m_out, block);
        return true;
    }

    void reset() override {
        speex_echo_state_reset(m_echo.get());
        m_waiting = 0;
    }

  private:
    void dropOldest() {
        m_first = (m_first + 1) % m_queue.size();
        --m_waiting;
    }

    std::unique_ptr<SpeexEchoState, FreeEcho> m_echo;
    Preprocess m_rest;  // after m_echo: points to it
    std::array<Block, kMost> m_queue{};
    std::size_t m_first = 0, m_waiting = 0;
    Block m_silence{}, m_in{}, m_out{};
};

class SpeexNoise final : public ProcessorStage {
  public:
    SpeexNoise() { reset(); }
    bool process(std::span<float> block, base::Duration) override {
        toShort(block, m_work);
        speex_preprocess_run(m_state.get(), m_work.data());
        toFloat(m_work, block);
        return true;
    }
    void reset() override { m_state = makePreprocess(-18); }

  private:
    Preprocess m_state;
    Block m_work{};
};

}  // namespace

std::unique_ptr<ProcessorStage> makeSpeexEcho() { return std::make_unique<SpeexEcho>(); }
std::unique_ptr<ProcessorStage> makeSpeexNoise() { return std::make_unique<SpeexNoise>(); }

}  // namespace parlour::audio
