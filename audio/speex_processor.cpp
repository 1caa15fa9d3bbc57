// SPDX-License-Identifier: Apache-2.0
#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "audio/processor.h"
#include "core/base/media.h"

namespace parlour::audio {
namespace {

constexpr int kBlock = base::kBlockSamples;
constexpr int kTail = base::kSampleRate / 5;  // 200 ms: device buffers and the room
using Block = std::array<spx_int16_t, kBlock>;

void toShort(std::span<const float> in, Block& out) {
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<spx_int16_t>(i < in.size() ? std::lround(std::clamp(in[i], -1.0f, 1.0f) * 32767.0f) : 0);
}

class SpeexProcessor final : public AudioProcessor {
  public:
    SpeexProcessor() { apply({}); }

    void apply(const ProcessorSettings& settings) override {
        if (settings.echoCancelling && !m_echo) {
            m_echo.reset(speex_echo_state_init(kBlock, kTail));
            int rate = base::kSampleRate;
            speex_echo_ctl(m_echo.get(), SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
        }
        if (!m_preprocess) {
            m_preprocess.reset(speex_preprocess_state_init(kBlock, base::kSampleRate));
            int decibel = -18;
            speex_preprocess_ctl(m_preprocess.get(), SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, &decibel);
        }
        int denoise = settings.noiseSuppression ? 1 : 0;
        speex_preprocess_ctl(m_preprocess.get(), SPEEX_PREPROCESS_SET_DENOISE, &denoise);
        speex_preprocess_ctl(m_preprocess.get(), SPEEX_PREPROCESS_SET_ECHO_STATE,
                             settings.echoCancelling ? m_echo.get() : nullptr);
        m_settings = settings;
    }

    void process(std::span<float> microphone, std::span<const float> played) override {
        if (!m_settings.echoCancelling && !m_settings.noiseSuppression) return;
        toShort(microphone, m_in);
        if (m_settings.echoCancelling) {
            toShort(played, m_played);
            speex_echo_cancellation(m_echo.get(), m_in.data(), m_played.data(), m_out.data());
        } else {
            m_out = m_in;
        }
        // The preprocessor also removes what the canceller left over, so it runs for either.
        speex_preprocess_run(m_preprocess.get(), m_out.data());
        for (std::size_t i = 0; i < microphone.size(); ++i) microphone[i] = static_cast<float>(m_out[i]) / 32768.0f;
    }

    void reset() override {
        if (m_echo) speex_echo_state_reset(m_echo.get());
    }

  private:
    struct FreeEcho {
        void operator()(SpeexEchoState* s) const { speex_echo_state_destroy(s); }
    };
    struct FreePreprocess {
        void operator()(SpeexPreprocessState* s) const { speex_preprocess_state_destroy(s); }
    };
    ProcessorSettings m_settings;
    std::unique_ptr<SpeexEchoState, FreeEcho> m_echo;
    std::unique_ptr<SpeexPreprocessState, FreePreprocess> m_preprocess;  // after m_echo: it may point to it
    Block m_in{}, m_played{}, m_out{};
};

}  // namespace

std::unique_ptr<AudioProcessor> makeSpeexProcessor() { return std::make_unique<SpeexProcessor>(); }

}  // namespace parlour::audio
