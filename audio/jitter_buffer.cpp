// SPDX-License-Identifier: Apache-2.0
#include "audio/jitter_buffer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace parlour::audio {
namespace {

using base::Duration;
constexpr std::size_t kMostPulled = 960;
constexpr std::size_t kGrain = 120;        // sound is invented in such pieces: holes are counted in them
constexpr Duration kStall{300'000};        // further behind than this: newest sound first
constexpr double kLossStep = 0.005;
constexpr std::size_t kQuietNeeded = 960;
constexpr std::int64_t kResyncPackets = 1000;
constexpr std::int64_t kResyncTime = 10LL * base::kSampleRate;

constexpr std::int64_t toMicros(std::int64_t samples) { return samples * 1000 / 48; }

}  // namespace

JitterBuffer::JitterBuffer(DelayEstimator::Config config)
    : m_delays(config), m_slots(std::make_unique<std::array<Slot, kSlots>>()) {}

JitterBuffer::Slot* JitterBuffer::slot(std::int64_t sequence) {
    auto& s = (*m_slots)[static_cast<std::size_t>(sequence) % kSlots];
    return s.used && s.frame.sequence == sequence ? &s : nullptr;
}
const JitterBuffer::Slot* JitterBuffer::slot(std::int64_t sequence) const {
    const auto& s = (*m_slots)[static_cast<std::size_t>(sequence) % kSlots];
    return s.used && s.frame.sequence == sequence ? &s : nullptr;
}

JitterBuffer::Slot* JitterBuffer::firstSlot() {
    for (auto seq = m_expected; seq <= m_highest; ++seq)
        if (auto* s = slot(seq)) return s;
    return nullptr;
}

void JitterBuffer::clearSlots() {
    for (auto& s : *m_slots) s.used = false;
}

void JitterBuffer::restartAt(const Slot& first) {
    m_state = State::waiting;
    m_expected = first.frame.sequence;
    m_highest = std::max(m_highest, m_expected);
    m_playTime = first.timestamp;
    m_waitingSince = first.frame.received;
    m_held = 0;
    m_inventedInARow = 0;
    m_inPause = m_announced = false;
    m_excess = m_shortage = 0.0;
    m_hurrying = false;
    m_aboveNeed = 0;
    m_bridges = 0;
    m_bridged = 0;
}

std::int64_t JitterBuffer::unwrap(std::uint32_t timestamp) {
    if (!m_haveTimestamp) {
        m_haveTimestamp = true;
        m_lastTimestamp = timestamp;
        return m_lastTimestamp;
    }
    const auto step = static_cast<std::int32_t>(timestamp - static_cast<std::uint32_t>(m_lastTimestamp));
    const auto value = m_lastTimestamp + step;
    m_lastTimestamp = std::max(m_lastTimestamp, value);
    return value;
}

JitterBuffer::Inserted JitterBuffer::insert(const base::OpusFrame& frame) {
    const auto samples = OpusDecoder::packetSamples(frame.bytes());
    if (!samples || frame.sequence < 0) {
        ++m_stats.packetsDiscarded;
        return Inserted::malformed;
    }
    if (frame.streamEpoch < m_epoch) {
        ++m_stats.packetsDiscarded;
        return Inserted::stale;
    }
    const bool fresh = frame.streamEpoch > m_epoch ||
                       (m_state != State::empty && std::abs(frame.sequence - m_highest) > kResyncPackets);
    if (fresh) {
        m_epoch = frame.streamEpoch;
        m_state = State::empty;
        m_haveTimestamp = false;
        m_delays.reset();
        m_decoder.reset();
        m_spareBegin = kStep;
        clearSlots();
    }
    auto timestamp = unwrap(frame.rtpTimestamp);
    if (m_state == State::playing && std::abs(timestamp - m_playTime) > kResyncTime && !m_inPause &&
        frame.sequence >= m_expected && m_inventedInARow < kStep) {
        // The sender's clock jumped: a new time line under the same sequence numbers.
        m_state = State::empty;
        m_delays.reset();
        clearSlots();
    }
    const bool copy = frame.redundancyDistance > 0;
    if (copy) {
        m_copyDistance = std::max<int>(m_copyDistance, frame.redundancyDistance);
        m_copySeen = m_highest;
    } else if (m_highest - m_copySeen > 100) {
        m_copyDistance = 0;
    }
    if (slot(frame.sequence)) {
        if (!copy) ++m_stats.packetsDiscarded;  // a copy of what is here did no harm and is no news
        return Inserted::duplicate;
    }
    if (!copy) m_delays.add(toMicros(timestamp), frame.received, frame.received - m_lastArrival > Duration(400'000));
    m_lastArrival = std::max(m_lastArrival, frame.received);

    const bool mayMoveStart =
        m_state == State::waiting && frame.sequence > m_highest - static_cast<std::int64_t>(kSlots);
    if (m_state != State::empty && frame.sequence < m_expected && !mayMoveStart) {
        if (copy) return Inserted::duplicate;
        ++m_stats.packetsLate;
        ++m_stats.packetsDiscarded;
        return Inserted::late;
    }
    if (m_state != State::empty && frame.sequence >= m_expected + static_cast<std::int64_t>(kSlots)) {
        clearSlots();  // 2.5 s behind: what waited is worth nothing
        m_state = State::empty;
    }
    if (copy) ++m_stats.fecPacketsReceived;
    auto& s = (*m_slots)[static_cast<std::size_t>(frame.sequence) % kSlots];
    s.frame.size = frame.size;
    std::memcpy(s.frame.payload.data(), frame.payload.data(), frame.size);
    s.frame.sequence = frame.sequence;
    s.frame.rtpTimestamp = frame.rtpTimestamp;
    s.frame.received = frame.received;
    s.frame.redundancyDistance = frame.redundancyDistance;
    s.timestamp = timestamp;
    s.samples = *samples;
    s.used = true;
    if (m_state == State::empty) {
        m_highest = frame.sequence;
        restartAt(s);
    } else if (frame.sequence < m_expected) {
        const auto since = m_waitingSince;
        restartAt(s);
        m_waitingSince = since;
    }
    m_highest = std::max(m_highest, frame.sequence);
    return Inserted::taken;
}

Duration JitterBuffer::target() const {
    auto target = m_delays.target();
    // With losses, waiting until the packet with the copy is here buys back the hole.
    if (m_lossy)
        target = std::max(target, Duration(toMicros(m_frameSamples) * std::max(1, m_copyDistance)) + Duration(5'000));
    return target;
}

Duration JitterBuffer::waited(std::int64_t timestamp) const {
    return m_delays.playoutDelay(toMicros(timestamp), m_turn.looked) - (lead() - m_turn.ahead);
}

/// Playout delay above the one needed, in µs. Packets are looked for once per period and needed when what was decoded has
/// run out, so what they may wait comes in steps: the first step not below the target is needed, and no sample should wait
/// longer. (A target between two steps is what nobody can keep: cut down to it, the next packet misses its look by a
/// millisecond.) Where periods and packets do not fit, the packet that falls worst counts; what is made while much is ready
/// already waits shortest, so the farthest of the looks counts.
double JitterBuffer::excess(Duration margin) const {
    const auto period = static_cast<std::int64_t>(std::max<std::size_t>(1, m_turn.period));
    const auto step = std::gcd(period, static_cast<std::int64_t>(m_frameSamples));
    const auto burst = (m_turn.heard - m_turn.looked - m_turn.ahead).count() * 48 / 1000;  // made since the look
    const auto into = (static_cast<std::int64_t>(ready()) + burst) % step;
    const auto phase = toMicros(std::max<std::int64_t>(0, into));
    const auto least = playoutDelay(m_turn.heard) - lead() - Duration(phase) - Duration(toMicros(period - step));
    const auto spare = static_cast<double>((least - target() - margin).count()) + 1.0;  // 1: what rounding takes
    const auto width = static_cast<double>(step) / 0.048;
    return static_cast<double>(phase) + std::floor(spare / width) * width;
}

Duration JitterBuffer::playoutDelay(base::TimePoint now) const {
    return m_delays.playoutDelay(toMicros(m_playTime - static_cast<std::int64_t>(ready())), now);
}

void JitterBuffer::makeRoom() {
    if (m_sound.size() - m_soundEnd >= 3 * OpusDecoder::kMaxSamples) return;
    if (m_soundBegin <= kPast + kBack) return;
    const auto from = m_soundBegin - kPast - kBack;
    std::memmove(m_sound.data(), m_sound.data() + from, (m_soundEnd - from) * sizeof(float));
    std::memmove(m_side.data(), m_side.data() + from, (m_soundEnd - from) * sizeof(float));
    m_soundEnd -= from;
    m_soundBegin = kPast + kBack;
}

void JitterBuffer::pullRest(std::span<float> out, std::span<float> side) {
    const auto count = std::min(ready(), out.size());
    const auto give = [&](const auto& from, std::span<float> to) {
        const auto n = std::min(count, to.size());
        std::copy_n(from.data() + m_soundBegin, n, to.data());
        std::fill(to.begin() + static_cast<std::ptrdiff_t>(n), to.end(), 0.0f);
    };
    give(m_sound, out);
    give(m_side, side);
    m_soundBegin += count;
}

void JitterBuffer::pull(std::span<float> out, std::span<float> side, const Turn& turn) {
    const auto wanted = std::min(out.size(), kMostPulled);
    m_turn = turn;
    if (m_state == State::waiting && waited(m_playTime) >= target()) m_state = State::playing;
    if (m_state != State::playing) return pullRest(out, side);
    observe(wanted);
    makeRoom();
    if (playoutDelay(turn.heard) > target() + kStall) catchUp();
    while (m_state == State::playing && ready() < wanted) produce(wanted - ready());
    if (m_state == State::playing) steer(wanted);
    while (m_state == State::playing && ready() < wanted) produce(wanted - ready());
    pullRest(out, side);
    m_stats.totalSamplesReceived += wanted;
    m_stats.jitterBufferMinimumDelay +=
        static_cast<double>(m_delays.target().count()) * 1e-6 * static_cast<double>(wanted);
    m_stats.jitterBufferTargetDelay += static_cast<double>(target().count()) * 1e-6 * static_cast<double>(wanted);
}

/// Adds at least one piece of sound, or gives the stream up for now.
void JitterBuffer::produce(std::size_t needed) {
    const auto piece = std::min((needed + kGrain - 1) / kGrain * kGrain, kStep);
    auto* next = firstSlot();
    if (!next) {
        if (m_inventedInARow >= kGiveUp) {
            m_state = State::empty;
            return;
        }
        hold(m_inPause || m_quietSamples >= 3 * kQuietNeeded, piece);
        return;
    }
    if (m_inventedInARow >= kGiveUp) {  // after a long silence: as at the very start
        restartAt(*next);
        return;
    }
    if (next->frame.sequence != m_expected) {
        fillHole(*next, piece);
        return;
    }
    if (m_inPause && next->timestamp < m_playTime) m_playTime = next->timestamp;  // never cut a first word
    const auto gap = next->timestamp - m_playTime;
    if (gap > 0 && m_held > 0) {  // what was invented already stands for part of the gap
        const auto covered = std::min<std::int64_t>(gap, static_cast<std::int64_t>(m_held));
        m_playTime += covered;
        m_held -= static_cast<std::size_t>(covered);
    }
    // The sender paused (DTX, mute): its next word starts when it has waited for the target, not earlier.
    if (next->timestamp > m_playTime && waited(next->timestamp) < target()) {
        m_announced = true;
        hold(true, piece);
        return;
    }
    play(*next);
}

void JitterBuffer::play(Slot& s) {
    const auto overlap = std::max<std::int64_t>(0, m_playTime - s.timestamp);
    s.used = false;
    m_expected = s.frame.sequence + 1;
    if (overlap >= s.samples) {  // its time has been filled already
        ++m_stats.packetsLate;
        ++m_stats.packetsDiscarded;
        return;
    }
    const auto from = m_soundEnd;
    auto count = m_decoder.decode(s.frame.bytes(), freeSpace(), freeSide());
    if (count == 0) {
        ++m_stats.packetsDiscarded;
        conceal(std::min<std::size_t>(static_cast<std::size_t>(s.samples), 960), true);
        m_playTime = s.timestamp + s.samples;
        return;
    }
    if (overlap > 0 && static_cast<std::size_t>(overlap) < count) {
        count -= static_cast<std::size_t>(overlap);
        std::memmove(m_sound.data() + from, m_sound.data() + from + overlap, count * sizeof(float));
        std::memmove(m_side.data() + from, m_side.data() + from + overlap, count * sizeof(float));
    }
    m_soundEnd += count;
    resume(from, count);
    m_playTime = s.timestamp + s.samples;
    m_frameSamples = s.samples;
    m_held = 0;
    m_bridges = 0;
    m_bridged = 0;
    m_inPause = m_announced = s.frame.size <= 2;
    m_lossRate *= 1.0 - kLossStep;
    if (s.frame.redundancyDistance > 0) noteLoss(1);
    if (m_lossRate < 0.004) m_lossy = false;
    const auto leaves = m_turn.heard + Duration(toMicros(static_cast<std::int64_t>(from - m_soundBegin)));
    const auto wait = (leaves - s.frame.received).count();
    m_stats.jitterBufferDelay +=
        static_cast<double>(std::max<std::int64_t>(0, wait)) * 1e-6 * static_cast<double>(count);
    m_stats.jitterBufferEmittedCount += count;
    const auto sound = std::span(m_sound).subspan(from, count);
    const bool quiet = isQuiet(from, count);
    if (quiet && !m_inPause) m_noise.learn(sound);
    if (quiet || m_inPause) correctSilence(from);
}

/// Packets between m_expected and `next` are not here.
void JitterBuffer::fillHole(Slot& next, std::size_t piece) {
    const auto covered = std::clamp<std::int64_t>(next.timestamp - m_playTime, 0, static_cast<std::int64_t>(m_held));
    m_playTime += covered;
    m_held -= static_cast<std::size_t>(covered);
    const auto hole = next.timestamp - m_playTime;
    if (hole <= 0) {
        noteLoss(next.frame.sequence - m_expected);
        m_expected = next.frame.sequence;
        return;
    }
    if (waited(m_playTime) + Duration(5'000) < target()) {  // early enough: it may only be late
        hold(false, piece);
        return;
    }
    const bool wholeSteps = hole % 120 == 0;
    if (hole == next.samples && wholeSteps && hole <= 2880 && OpusDecoder::hasFec(next.frame.bytes())) {
        const auto count = m_decoder.decodeFec(next.frame.bytes(), freeSpace().first(static_cast<std::size_t>(hole)), freeSide());
        if (count == static_cast<std::size_t>(hole)) {
            m_soundEnd += count;
            resume(m_soundEnd - count, count);
            m_playTime = next.timestamp;
            m_expected = next.frame.sequence;
            ++m_stats.fecPacketsReceived;
            noteLoss(1);
            m_sinceLoss = 0;
            return;
        }
    }
    if (hole > kResyncTime || !wholeSteps) {  // no time line to fill
        m_playTime = next.timestamp;
        m_expected = next.frame.sequence;
        return;
    }
    piece = std::min(piece, static_cast<std::size_t>(hole));
    conceal(piece, !m_announced);
    m_playTime += static_cast<std::int64_t>(piece);
    if (m_playTime >= next.timestamp) {
        noteLoss(next.frame.sequence - m_expected);
        m_expected = next.frame.sequence;
    }
}

/// Nothing to play: sound is invented, the place in the stream stays, so the playout delay grows by it. In a pause of
/// the sender the place moves on instead.
void JitterBuffer::hold(bool pause, std::size_t piece) {
    conceal(piece, !m_announced);
    if (pause) {
        m_inPause = true;
        m_playTime += static_cast<std::int64_t>(piece);
    } else {
        m_held += piece;
    }
}

void JitterBuffer::noteLoss(std::int64_t packets) {
    m_lossRate += kLossStep * static_cast<double>(std::clamp<std::int64_t>(packets, 0, 20));
    if (m_lossRate > 0.01) m_lossy = true;
}

std::optional<Duration> JitterBuffer::learnedTarget() const {
    return m_delays.learned() ? std::optional(m_delays.target()) : std::nullopt;
}

std::optional<Duration> JitterBuffer::settledTarget() const {
    return m_delays.settled() ? std::optional(m_delays.target()) : std::nullopt;
}

/// After a stall: drops whole packets until the newest sound is near, joined by a cross-fade with invented sound.
void JitterBuffer::catchUp() {
    const auto goal = target() + Duration(20'000);
    auto* next = firstSlot();
    if (!next) return;
    std::size_t dropped = 0;
    while (next && next->frame.sequence < m_highest && m_delays.playoutDelay(toMicros(next->timestamp), m_turn.heard) > goal) {
        next->used = false;
        ++m_stats.packetsDiscarded;
        m_stats.removedSamplesForAcceleration += static_cast<std::uint64_t>(next->samples);
        m_expected = next->frame.sequence + 1;
        ++dropped;
        next = firstSlot();
    }
    if (dropped == 0 || !next) return;
    m_soundEnd = m_soundBegin + std::min(ready(), kStep);
    m_expected = next->frame.sequence;
    m_playTime = next->timestamp;
    m_held = 0;
    m_excess = 0.0;
    m_hurrying = false;
    const auto from = m_soundEnd;
    std::array<float, kStep> old{};
    std::array<float, kStep> oldSide{};
    invent(old, oldSide);
    m_spareBegin = kStep;
    play(*next);
    const auto count = std::min(kStep, m_soundEnd - from);
    for (std::size_t i = 0; i < count; ++i) {
        const float w = static_cast<float>(i) / static_cast<float>(count);
        m_sound[from + i] = w * m_sound[from + i] + (1.0f - w) * old[i];
        m_side[from + i] = w * m_side[from + i] + (1.0f - w) * oldSide[i];
    }
    m_sinceLoss = 0;
}

base::Feedback JitterBuffer::missing(base::TimePoint now, Duration roundTrip) const {
    base::Feedback feedback;
    feedback.roundTrip = roundTrip;
    feedback.loss = static_cast<float>(std::min(1.0, m_lossRate));
    if (m_state == State::empty) return feedback;
    const auto slack = target() - playoutDelay(now);
    for (auto seq = m_expected; seq < m_highest && feedback.missingCount < base::Feedback::kMaxMissing; ++seq) {
        if (slot(seq)) continue;
        const auto untilPlayed =
            Duration(toMicros((seq - m_expected) * m_frameSamples + static_cast<std::int64_t>(ready())));
        if (untilPlayed + std::max(slack, Duration(0)) > roundTrip) feedback.missing[feedback.missingCount++] = seq;
    }
    return feedback;
}

}  // namespace parlour::audio
