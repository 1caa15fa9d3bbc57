// SPDX-License-Identifier: Apache-2.0
// The jitter buffer's work on decoded sound: stretching it towards the delay needed, inventing what is missing.
#include <algorithm>
#include <cmath>
#include <utility>

#include "audio/jitter_buffer.h"

namespace parlour::audio {
namespace {

constexpr std::size_t kQuietNeeded = 960;
constexpr std::size_t kJoin = 240;        // cross-fade, 5 ms
constexpr std::size_t kFaded = 5'760;     // invented in a row: only comfort noise from here on
constexpr std::size_t kFarewell = 4'800;  // it fades away before the end
constexpr std::size_t kInterruption = 7'200;

/// Gain of invented speech: whole for 20 ms, -3 dB at 40, -12 dB at 80, gone at 120.
float concealmentGain(std::size_t invented) {
    struct Knot {
        std::size_t at;
        float gain;
    };
    constexpr std::array<Knot, 4> kKnots{{{960, 1.0f}, {1'920, 0.708f}, {3'840, 0.25f}, {kFaded, 0.0f}}};
    if (invented <= kKnots[0].at) return 1.0f;
    for (std::size_t i = 1; i < kKnots.size(); ++i) {
        if (invented >= kKnots[i].at) continue;
        const auto part =
            static_cast<float>(invented - kKnots[i - 1].at) / static_cast<float>(kKnots[i].at - kKnots[i - 1].at);
        return kKnots[i - 1].gain + part * (kKnots[i].gain - kKnots[i - 1].gain);
    }
    return 0.0f;
}

/// Of both channels; the side is as long.
float rmsOf(std::span<const float> sound, std::span<const float> side) {
    double sum = 0.0;
    for (const float s : sound) sum += static_cast<double>(s) * s;
    for (const float s : side) sum += static_cast<double>(s) * s;
    return static_cast<float>(std::sqrt(sum / static_cast<double>(std::max<std::size_t>(1, sound.size()))));
}

}  // namespace

void JitterBuffer::conceal(std::size_t samples, bool counted) {
    const auto out = freeSpace().first(samples);
    const auto side = freeSide().first(samples);
    const auto begin = m_inventedInARow;
    const auto end = begin + samples;
    if (m_announced) {
        invent(out, side);  // the codec's own comfort noise
    } else {
        if (begin < kFaded) {
            invent(out, side);
            for (std::size_t i = 0; i < samples; ++i) {
                const float gain = concealmentGain(begin + i);
                out[i] *= gain;
                side[i] *= gain;
            }
        } else {
            std::fill(out.begin(), out.end(), 0.0f);
            std::fill(side.begin(), side.end(), 0.0f);
        }
        const auto noise = [](std::size_t at) {
            const auto left = static_cast<float>(kGiveUp - std::min(at, kGiveUp)) / static_cast<float>(kFarewell);
            return std::min(1.0f, left) * (1.0f - concealmentGain(at));
        };
        m_noise.addTo(out, noise(begin), noise(end));
    }
    m_soundEnd += samples;
    m_inventedInARow = end;
    if (!counted) return;
    if (m_concealedInARow == 0) ++m_stats.concealmentEvents;
    m_stats.concealedSamples += samples;
    // Silence and comfort noise, by what is heard: concealing a pause is not audible.
    if (begin >= kFaded || rmsOf(out, side) < std::max(2.0f * m_noiseFloor, 1e-3f)) m_stats.silentConcealedSamples += samples;
    const auto before = m_concealedInARow;
    m_concealedInARow += samples;
    if (m_concealedInARow >= kInterruption) {
        const bool first = before < kInterruption;
        m_stats.interruptionCount += first ? 1 : 0;
        m_stats.totalInterruptionDuration +=
            static_cast<double>(first ? m_concealedInARow : samples) / base::kSampleRate;
    }
    m_sinceLoss = 0;
}

/// The codec invents 10 ms at a time; what is not needed yet waits.
void JitterBuffer::invent(std::span<float> out, std::span<float> side) {
    while (!out.empty()) {
        if (m_spareBegin == kStep) {
            m_decoder.conceal(m_spare, m_spareSide);
            m_spareBegin = 0;
        }
        const auto count = std::min(out.size(), kStep - m_spareBegin);
        std::copy_n(m_spare.data() + m_spareBegin, count, out.data());
        std::copy_n(m_spareSide.data() + m_spareBegin, count, side.data());
        m_spareBegin += count;
        out = out.subspan(count);
        side = side.subspan(count);
    }
}

/// Real sound again: it takes over from what was invented within 5 ms.
void JitterBuffer::resume(std::size_t from, std::size_t samples) {
    const auto sound = std::span(m_sound).subspan(from, samples);
    const auto side = std::span(m_side).subspan(from, samples);
    const float gain = m_announced ? 1.0f : concealmentGain(m_inventedInARow);
    m_inventedInARow = 0;
    m_concealedInARow = 0;
    const auto begin = std::exchange(m_spareBegin, kStep);
    const auto rest = std::span<const float>(m_spare).subspan(begin);
    const auto restSide = std::span<const float>(m_spareSide).subspan(begin);
    if (gain < 1.0f) {
        const auto join = sound.first(std::min(kJoin, samples));
        for (std::size_t i = 0; i < join.size(); ++i) {
            const float risen = gain + (1.0f - gain) * static_cast<float>(i) / static_cast<float>(join.size());
            join[i] *= risen;
            side[i] *= risen;
        }
        m_noise.addTo(join, 1.0f - gain, 0.0f);
    }
    // The codec goes on from the end of what it invented, the ear from where that was broken off.
    const auto join = sound.first(std::min({kJoin, rest.size(), samples}));
    for (std::size_t i = 0; i < join.size(); ++i) {
        const float w = (static_cast<float>(i) + 0.5f) / static_cast<float>(join.size());
        join[i] = w * join[i] + (1.0f - w) * gain * rest[i];
        side[i] = w * side[i] + (1.0f - w) * gain * restSide[i];
    }
}

bool JitterBuffer::isQuiet(std::size_t from, std::size_t samples) {
    const auto sound = std::span(m_sound).subspan(from, samples);
    const float rms = rmsOf(sound, std::span(m_side).subspan(from, samples));
    // The floor follows downwards at once and creeps up by about 1 dB a second.
    m_noiseFloor = rms < m_noiseFloor ? std::max(rms, 1e-5f) : std::min(m_noiseFloor * (1.0f + 2.6e-6f * static_cast<float>(sound.size())), 0.01f);
    const bool quiet = rms < 2.0f * m_noiseFloor || rms < 1e-3f;
    m_quietSamples = quiet ? m_quietSamples + sound.size() : 0;
    return quiet && m_quietSamples >= kQuietNeeded;
}

}  // namespace parlour::audio
