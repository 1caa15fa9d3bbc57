// SPDX-License-Identifier: Apache-2.0
// What both families of webrtc-audio-processing do alike with an instance of theirs. `Handle` points to one, `Format` is the
// library's StreamConfig; only webrtc_classic.cpp and webrtc_modern.cpp name them. Thread: the pump.
#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include "audio/processor_libraries.h"

namespace parlour::audio {

template <class Handle, class Format>
class WebrtcStage : public ProcessorStage {
  public:
    explicit WebrtcStage(Handle instance) : m_instance(std::move(instance)) {}
    void played(std::span<const float> block) override {
        const float* in = block.data();
        float* out = m_unused.data();
        m_instance->ProcessReverseStream(&in, m_mono, m_mono, &out);
    }
    bool process(std::span<float> block, base::Duration echoDelay) override {
        constexpr std::int64_t kLongestDelayMs = 500;  // the library's own limit
        m_instance->set_stream_delay_ms(
            static_cast<int>(std::clamp<std::int64_t>(echoDelay.count() / 1000, 0, kLongestDelayMs)));
        float* samples = block.data();
        return m_instance->ProcessStream(&samples, m_mono, m_mono, &samples) == m_instance->kNoError;
    }
    void reset() override { m_instance->Initialize(); }

  protected:
    const Handle m_instance;

  private:
    const Format m_mono{base::kSampleRate, 1};
    std::array<float, base::kBlockSamples> m_unused{};
};

}  // namespace parlour::audio
