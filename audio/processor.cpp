// SPDX-License-Identifier: Apache-2.0
#include "audio/processor.h"

#include <algorithm>
#include <cmath>

#include "audio/processor_libraries.h"

namespace parlour::audio {
namespace {

constexpr int kSettling = 4;                 // blocks: longer than any library looks back to make its output whole
constexpr base::Duration kOtherWay{15'000};  // more is another way through other devices, less is their jitter
constexpr int kSure = 30;                    // blocks that it has to last
constexpr float kFade = 1.0f / 960.0f;       // per sample: 20 ms
constexpr float kBeyondAnySound = 4.0f;      // a library gone wild, not a loud voice

constexpr ProcessorLibrary kLibraries[] = {
#if defined(PARLOUR_WEBRTC)
    {kWebrtcName, &makeWebrtcEcho, &makeWebrtcNoise},
#endif
    {"speexdsp", &makeSpeexEcho, &makeSpeexNoise},
};

bool sane(std::span<const float> block) {
    return std::all_of(block.begin(), block.end(),
                       [](float s) { return std::abs(s) < kBeyondAnySound; });  // NaN is not
}

}  // namespace

std::span<const ProcessorLibrary> processorLibraries() { return kLibraries; }

AudioProcessor::AudioProcessor(const ProcessorLibrary& library) {
    m_echo.stage = library.makeEcho();
    m_noise.stage = library.makeNoise();
}

void AudioProcessor::apply(const ProcessorSettings& settings) {
    want(m_echo, settings.echoCancelling);
    want(m_noise, settings.noiseSuppression);
}

void AudioProcessor::want(Slot& slot, bool wanted) {
    if (wanted && !slot.running) {
        slot.stage->reset();
        slot.running = true;
        slot.settling = kSettling;
    }
    slot.wanted = wanted;
}

void AudioProcessor::played(std::span<const float> block) {
    if (!m_echo.running || block.size() != m_work.size()) return;
    constexpr std::array<float, base::kBlockSamples> silence{};
    m_echo.stage->played(sane(block) ? block : std::span<const float>(silence));
}

void AudioProcessor::process(std::span<float> microphone, base::Duration echoDelay) {
    watch(echoDelay);
    run(m_echo, microphone, echoDelay);
    const bool judged = run(m_noise, microphone, echoDelay);
    m_voice = judged ? m_noise.stage->voice() : std::nullopt;
    m_speech = judged ? m_noise.stage->speech() : std::nullopt;
}

/// A device was opened again and lies elsewhere in time: what was learned leads astray, a fresh start is quicker
/// (measured with both libraries).
void AudioProcessor::watch(base::Duration echoDelay) {
    const auto apart = [](base::Duration a, base::Duration b) { return a > b ? a - b : b - a; };
    if (!m_delay) m_delay = echoDelay;
    if (apart(echoDelay, *m_delay) < kOtherWay) {
        m_otherBlocks = 0;
        return;
    }
    if (apart(echoDelay, m_otherDelay) >= kOtherWay) m_otherBlocks = 0;
    if (m_otherBlocks++ == 0) m_otherDelay = echoDelay;
    if (m_otherBlocks < kSure) return;
    m_delay = m_otherDelay;
    m_otherBlocks = 0;
    if (m_echo.running) m_echo.stage->reset();
}

bool AudioProcessor::run(Slot& slot, std::span<float> block, base::Duration echoDelay) {
    if (!slot.running || block.size() != m_work.size()) return false;
    std::copy(block.begin(), block.end(), m_work.begin());
    bool good = slot.stage->process(m_work, echoDelay);
    if (!sane(m_work)) {
        slot.stage->reset();
        good = false;
    }
    if (!good) {
        ++m_failures;
        std::copy(block.begin(), block.end(), m_work.begin());
    }
    if (slot.settling > 0) --slot.settling;
    const float step = slot.wanted ? (slot.settling > 0 ? 0.0f : kFade) : -kFade;
    for (std::size_t i = 0; i < block.size(); ++i) {
        slot.wet = std::clamp(slot.wet + step, 0.0f, 1.0f);
        block[i] += slot.wet * (m_work[i] - block[i]);
    }
    if (!slot.wanted && slot.wet <= 0.0f) slot.running = false;
    return good;
}

}  // namespace parlour::audio
