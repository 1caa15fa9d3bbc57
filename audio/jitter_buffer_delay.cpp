// SPDX-License-Identifier: Apache-2.0
// The jitter buffer's work on its delay: how far it is from the one needed, and by which pieces of sound it is brought there.
#include <algorithm>
#include <array>
#include <cmath>

#include "audio/jitter_buffer.h"
#include "audio/sound_length.h"
#include "audio/time_stretch.h"

namespace parlour::audio {
namespace {

using base::Duration;
constexpr Duration kBand{2'000};             // above the delay needed before it is cut: targets move by that, or by half of a small one
// A long wait is not known to the millisecond, and each correction is a change of pace inside somebody's sentence: what part of
// it above kExact may be too much, and by what part of all of it it may be too short.
constexpr Duration kExact{40'000};
constexpr int kTooLong = 8;
constexpr int kTooShort = 7;
constexpr double kStretchAbove = 3'000.0;    // µs
constexpr double kHurryAbove = 20'000.0;     // µs beyond the target: come down as fast as sounds tolerable
constexpr double kHurryUntil = 5'000.0;
constexpr double kSamplesPerMicro = 0.048;
constexpr std::size_t kQuietNeeded = 960;
constexpr std::size_t kJoin = 240;           // cross-fade, 5 ms
constexpr std::size_t kShortestJoin = 96;
constexpr std::size_t kWindow = 1'440;       // two periods of a deep voice
constexpr std::size_t kShortestLag = 120;
constexpr std::size_t kLongestLag = 720;
constexpr std::size_t kBetween = 2'880;      // between two stretches
constexpr std::size_t kBetweenInHurry = 720;
constexpr std::size_t kLateFor = 9'600;
constexpr std::size_t kAfterLoss = 1'920;
constexpr std::size_t kAfterLossInHurry = 480;
constexpr float kSame = 0.85f;               // correlation of two periods
constexpr float kSimilar = 0.5f;             // good enough to hurry
constexpr int kMostBridges = 2;
constexpr std::size_t kMostBridged = 960;
constexpr double kStalled = 0.1;            // chance that what is not here now will not be here in time either

}  // namespace

Duration JitterBuffer::band() const { return std::max(std::min(kBand, target() / 2), (target() - kExact) / kTooLong); }

/// A copy that is waited for comes at a known moment: that wait is not too short by anything.
Duration JitterBuffer::shortfall() const { return target() > m_delays.target() ? Duration{} : target() / kTooShort; }

void JitterBuffer::observe(std::size_t wanted) {
    const double part = std::min(1.0, static_cast<double>(wanted) / 3'840.0);
    m_excess += (excess(band()) - m_excess) * part;
    m_shortage += (-excess({}) - m_shortage) * part;
    m_aboveNeed = m_excess > kStretchAbove ? m_aboveNeed + wanted : 0;
    m_sinceStretch += wanted;
    m_sinceLoss += wanted;
    m_hurrying = m_excess > (m_hurrying ? kHurryUntil : static_cast<double>(target().count()) + kHurryAbove);
}

/// What was heard last, and the first milliseconds of what will be.
std::span<const float> JitterBuffer::aroundPlayhead() const {
    return std::span(m_sound).subspan(m_soundBegin - kPast, kPast + std::min(ready(), kJoin));
}

/// Decodes what is there anyway, so that two periods can be seen.
void JitterBuffer::decodeAhead(std::size_t samples) {
    while (ready() < samples) {
        auto* const next = slot(m_expected);
        if (!next || next->timestamp != m_playTime) return;
        play(*next);
    }
}

/// In speech: brings the playout delay towards the one needed by whole periods. (Silence is corrected as it is decoded.)
void JitterBuffer::steer(std::size_t wanted) {
    if (m_inPause || m_inventedInARow > 0 || m_quietSamples >= kQuietNeeded) return;
    if (m_hurrying && hurry()) return;
    bridge(wanted);
    if (m_sinceLoss < kAfterLoss || m_sinceStretch < kBetween) return;
    if (m_aboveNeed >= kLateFor) {
        decodeAhead(kWindow);
        const auto pitch = findPitch(std::span<const float>(m_sound).subspan(m_soundBegin, std::min(ready(), kWindow)));
        // Not below the delay needed: what is cut too much now has to be put back next.
        if (pitch.lag > 0 && pitch.correlation >= kSame &&
            m_excess * kSamplesPerMicro > static_cast<double>(pitch.lag) - 48.0)
            shorten(m_soundBegin, pitch.lag, std::min(kJoin, pitch.lag));
        return;
    }
    if (m_shortage <= std::max(2'000.0, static_cast<double>(shortfall().count())) || ready() < kShortestJoin) return;
    const auto pitch = findRepetition(aroundPlayhead(), 2 * kJoin, kShortestLag, kLongestLag);
    if (pitch.lag > 0 && pitch.correlation >= kSame) goBack(pitch.lag, std::min({kJoin, pitch.lag, ready()}));
}

/// After a stall. Answers whether the next stretch is its affair.
bool JitterBuffer::hurry() {
    if (m_sinceLoss < kAfterLossInHurry || m_sinceStretch < kBetweenInHurry) return true;
    decodeAhead(kWindow);
    const auto pitch =
        findPitch(std::span<const float>(m_sound).subspan(m_soundBegin, std::min(ready(), kWindow)), kJoin, kLongestLag);
    if (pitch.lag == 0 || pitch.correlation < kSimilar) return true;
    if (excess(band()) * kSamplesPerMicro < static_cast<double>(pitch.lag)) return true;
    shorten(m_soundBegin, pitch.lag, std::min(kJoin, pitch.lag));
    return true;
}

/// The next packet is not here, and on this network that mostly means that nothing will come for a while: a period of what
/// is at hand is played twice. Two at most and 20 ms; from then on sound is invented, and fades.
void JitterBuffer::bridge(std::size_t wanted) {
    if (m_bridges >= kMostBridges || ready() >= wanted + m_turn.period || ready() < kShortestJoin || firstSlot()) return;
    const auto waitsNow = waited(m_playTime);
    const auto waitsThen = waitsNow + soundLength(ready());
    const auto now = m_delays.slower(waitsNow);
    if (now <= 0.0 || m_delays.slower(waitsThen) < kStalled * now) return;
    const auto pitch =
        findRepetition(aroundPlayhead(), 2 * kJoin, kShortestLag, std::min(kLongestLag, kMostBridged - m_bridged));
    if (pitch.lag == 0 || pitch.correlation < kSame) return;
    goBack(pitch.lag, std::min({kJoin, pitch.lag, ready()}));
    ++m_bridges;
    m_bridged += pitch.lag;
}

/// Brings the playout delay towards the one needed, with the quiet piece that begins at `from`.
void JitterBuffer::correctSilence(std::size_t from) {
    const auto size = m_soundEnd - from;
    if (size < 2 * kJoin) return;
    const auto most = static_cast<std::int64_t>(size - kJoin);
    const auto above = static_cast<std::int64_t>(excess(band()) * kSamplesPerMicro);
    const auto below = static_cast<std::int64_t>(-excess({}) * kSamplesPerMicro);
    const auto least = std::max<std::int64_t>(96, shortfall().count() * 48 / 1'000);
    if (above > 120)
        shorten(from, static_cast<std::size_t>(std::min(above, most)), kJoin);
    else if (below > least)
        lengthen(from, static_cast<std::size_t>(std::min(below, most)), kJoin);
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

/// The last period that was heard comes once more: from here on it is faded into.
void JitterBuffer::goBack(std::size_t lag, std::size_t join) {
    for (auto* channel : {&m_sound, &m_side})
        fadeOver(std::span(*channel).subspan(m_soundBegin - lag, join), std::span(*channel).subspan(m_soundBegin, join));
    m_soundBegin -= lag;
    m_stats.insertedSamplesForDeceleration += lag;
    stretched(static_cast<double>(lag));
}

void JitterBuffer::stretched(double samples) {
    m_excess += samples / kSamplesPerMicro;
    m_shortage -= samples / kSamplesPerMicro;
    m_sinceStretch = 0;
}

}  // namespace parlour::audio
