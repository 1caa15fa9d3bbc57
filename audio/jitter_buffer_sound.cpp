// SPDX-License-Identifier: Apache-2.0
// The jitter buffer's work on decoded sound: stretching it towards the delay needed, inventing what is missing.
#include <algorithm>
#include <cmath>

#include "audio/jitter_buffer.h"
#include "audio/time_stretch.h"

namespace parlour::audio {
namespace {

constexpr base::Duration kBand{2'000};  // above the delay needed before it is cut: targets move by that
constexpr double kUrgent = 20'000.0;    // us beyond the target: come down as fast as sounds tolerable
constexpr double kSamplesPerMicro = 0.048;
constexpr std::size_t kQuietNeeded = 960;
constexpr std::size_t kJoin = 240;        // cross-fade in silence, 5 ms
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
        m_decoder.conceal(out, side);  // the codec's own comfort noise
    } else {
        if (begin < kFaded) {
            m_decoder.conceal(out, side);
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
    m_pullsSinceLoss = 0;
}

/// Real sound again: it takes over from what was invented within 5 ms.
void JitterBuffer::resume(std::size_t from, std::size_t samples) {
    const float gain = m_announced ? 1.0f : concealmentGain(m_inventedInARow);
    m_inventedInARow = 0;
    m_concealedInARow = 0;
    if (gain >= 1.0f) return;
    const auto join = std::span(m_sound).subspan(from, std::min(kJoin, samples));
    for (std::size_t i = 0; i < join.size(); ++i) {
        const float risen = gain + (1.0f - gain) * static_cast<float>(i) / static_cast<float>(join.size());
        join[i] *= risen;
        m_side[from + i] *= risen;
    }
    m_noise.addTo(join, 1.0f - gain, 0.0f);
}

bool JitterBuffer::isQuiet(std::size_t from, std::size_t samples) {
    const auto sound = std::span(m_sound).subspan(from, samples);
    const float rms = rmsOf(sound, std::span(m_side).subspan(from, samples));
    // The floor follows downwards at once and creeps up by about 1 dB a second.
    m_noiseFloor = rms < m_noiseFloor ? std::max(rms, 1e-5f) : std::min(m_noiseFloor * 1.0025f, 0.01f);
    const bool quiet = rms < 2.0f * m_noiseFloor || rms < 1e-3f;
    m_quietSamples = quiet ? m_quietSamples + sound.size() : 0;
    return quiet && m_quietSamples >= kQuietNeeded;
}

/// Brings the playout delay towards the one needed, with the piece that begins at `from`.
void JitterBuffer::correct(std::size_t from, bool quiet, base::TimePoint now) {
    const auto piece = std::span(m_sound).subspan(from, m_soundEnd - from);
    if (piece.size() < 2 * kJoin) return;
    if (quiet) {
        const auto most = static_cast<std::int64_t>(piece.size() - kJoin);
        const auto above = static_cast<std::int64_t>(excess(now, kBand) * kSamplesPerMicro);
        const auto below = static_cast<std::int64_t>(-excess(now, {}) * kSamplesPerMicro);
        if (above > 120)
            shorten(from, static_cast<std::size_t>(std::min(above, most)), kJoin);
        else if (below > 96)
            lengthen(from, static_cast<std::size_t>(std::min(below, most)), kJoin);
        return;
    }
    const bool urgent = m_excess > static_cast<double>(target().count()) + kUrgent;
    if (m_pullsSinceLoss < 4 || m_pullsSinceStretch < (urgent ? 2 : 6)) return;
    const bool tooLate = m_pullsAboveTarget >= 20 || urgent;
    const bool tooEarly = m_shortage > 2'000.0;
    if (!tooLate && !tooEarly) return;
    const auto pitch = findPitch(piece);
    if (pitch.lag == 0 || pitch.correlation < (urgent ? 0.5f : 0.85f)) return;
    const auto join = std::min<std::size_t>(kJoin, pitch.lag);
    // Not below the delay needed: what is cut too much now has to be put back next.
    if (tooLate && m_excess * kSamplesPerMicro > static_cast<double>(pitch.lag) - 48.0)
        shorten(from, pitch.lag, join);
    else if (tooEarly)
        lengthen(from, pitch.lag, join);
}

void JitterBuffer::shorten(std::size_t from, std::size_t lag, std::size_t join) {
    const auto length = m_soundEnd - from;
    m_soundEnd = from + removePeriod(std::span(m_sound).subspan(from, length), lag, join);
    removePeriod(std::span(m_side).subspan(from, length), lag, join);
    m_stats.removedSamplesForAcceleration += lag;
    stretched(-static_cast<double>(lag));
}

void JitterBuffer::lengthen(std::size_t from, std::size_t lag, std::size_t join) {
    const auto length = m_soundEnd - from;
    m_soundEnd = from + repeatPeriod(std::span(m_sound).subspan(from), length, lag, join);
    repeatPeriod(std::span(m_side).subspan(from), length, lag, join);
    m_stats.insertedSamplesForDeceleration += lag;
    stretched(static_cast<double>(lag));
}

void JitterBuffer::stretched(double samples) {
    m_excess += samples / kSamplesPerMicro;
    m_shortage -= samples / kSamplesPerMicro;
    m_pullsSinceStretch = 0;
}

}  // namespace parlour::audio
