// SPDX-License-Identifier: Apache-2.0
#include "audio/sound_check.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/base/media.h"

namespace parlour::audio {
namespace {

void call(std::function<void()>& once) {
    if (auto f = std::exchange(once, {})) f();
}

}  // namespace

void SoundCheck::replace(std::shared_ptr<Recording>& place, std::shared_ptr<Recording> with) {
    std::swap(place, with);
    if (with && m_drop) m_drop(std::move(with));
}

void SoundCheck::record(std::shared_ptr<Recording> recording) {
    m_playing = false;
    replace(m_recording, std::move(recording));
}

void SoundCheck::stop() {
    replace(m_recording, nullptr);
    m_playing = false;
    m_played = {};
    m_toneAt = m_toneLength = 0;
}

void SoundCheck::play(std::function<void()> played) {
    m_played = std::move(played);
    m_position = 0;
    m_playing = m_recorded != nullptr;
    if (!m_playing) call(m_played);
}

void SoundCheck::tone(std::size_t samples) {
    m_toneLength = samples;
    m_toneAt = 0;
}

void SoundCheck::captured(std::span<const float> block) {
    if (!m_recording) return;
    auto& samples = m_recording->samples;
    const auto count = std::min(block.size(), samples.capacity() - samples.size());
    samples.insert(samples.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(count));
    if (samples.size() < samples.capacity()) return;
    replace(m_recorded, std::exchange(m_recording, nullptr));
    call(m_recorded->done);
}

void SoundCheck::addTo(std::span<float> mix) {
    m_bell.addTo(mix);
    if (m_playing) {
        const auto& samples = m_recorded->samples;
        const auto count = std::min(mix.size(), samples.size() - m_position);
        for (std::size_t i = 0; i < count; ++i) mix[i] += samples[m_position + i];
        m_position += count;
        if (m_position == samples.size()) {
            m_playing = false;
            call(m_played);
        }
    }
    constexpr std::size_t kEnds = 480;
    for (std::size_t i = 0; i < mix.size() && m_toneAt < m_toneLength; ++i, ++m_toneAt) {
        const auto edge = std::min({m_toneAt, m_toneLength - m_toneAt, kEnds});
        const double phase = 2.0 * std::numbers::pi * 440.0 * static_cast<double>(m_toneAt) / base::kSampleRate;
        mix[i] += 0.1f * static_cast<float>(std::sin(phase)) * static_cast<float>(edge) / kEnds;
    }
}

}  // namespace parlour::audio
