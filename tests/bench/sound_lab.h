// SPDX-License-Identifier: Apache-2.0
// One speaker and one listener in virtual time: CaptureChain (encoder, send policy) -> Impair -> JitterBuffer. The
// listener reports loss and round trip of each second back, as RTCP does, and asks for lost packets where they would still
// come in time. Minutes run in seconds.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "audio/capture_chain.h"
#include "audio/jitter_buffer.h"
#include "tests/support/impair.h"

namespace parlour::tests {

/// What one person says, over and over: sample `i` of the call is voice[i % size].
struct Voice {
    std::vector<float> samples;
    std::vector<float> block(std::int64_t index) const {
        std::vector<float> out(480);
        for (std::size_t i = 0; i < 480; ++i)
            out[i] = samples[(static_cast<std::size_t>(index) * 480 + i) % samples.size()];
        return out;
    }
    std::vector<float> stretch(std::size_t from, std::size_t count) const {
        std::vector<float> out(count);
        for (std::size_t i = 0; i < count; ++i) out[i] = samples[(from + i) % samples.size()];
        return out;
    }
};

inline audio::CaptureSettings plainCapture(int frameMs = 20) {
    audio::CaptureSettings s;
    s.frameMs = frameMs;
    s.echoCancelling = s.noiseSuppression = s.highPass = false;
    return s;
}

/// The sender. Where nothing is lost its plan never changes, and one round of the voice is encoded once for all runs.
class Speaker {
  public:
    Speaker(const Voice& voice, audio::CaptureSettings settings, const std::vector<std::vector<base::OpusFrame>>* tape)
        : m_voice(voice), m_tape(tape), m_chain([this](const base::OpusFrame& f) { m_out.push_back(f); }, {}) {
        m_chain.apply(settings);
        m_chain.setGate(true, 1);
    }
    /// Packets that leave with block `index`; blocks in order.
    std::span<const base::OpusFrame> speak(std::int64_t index) {
        m_out.clear();
        if (!m_tape) {
            m_chain.process(m_voice.block(index), {}, base::TimePoint(base::Duration(index * 10'000)));
            return m_out;
        }
        const auto round = index / static_cast<std::int64_t>(m_tape->size());
        for (auto f : (*m_tape)[static_cast<std::size_t>(index) % m_tape->size()]) {
            f.sequence = m_sequence++;
            f.rtpTimestamp += static_cast<std::uint32_t>(round * static_cast<std::int64_t>(m_tape->size()) * 480);
            m_out.push_back(f);
        }
        return m_out;
    }
    void report(float loss, base::Duration roundTrip) {
        base::Feedback feedback;
        feedback.loss = loss;
        feedback.roundTrip = roundTrip;
        feedback.audience = 3;
        feedback.redundancy = true;
        if (!m_tape) m_chain.setFeedback(feedback);
    }
    static std::vector<std::vector<base::OpusFrame>> record(const Voice& voice, audio::CaptureSettings settings) {
        std::vector<std::vector<base::OpusFrame>> tape;
        Speaker speaker(voice, settings, nullptr);
        const auto blocks = static_cast<std::int64_t>(voice.samples.size() / 480);
        for (std::int64_t i = 0; i < blocks; ++i) {
            const auto packets = speaker.speak(i);
            tape.emplace_back(packets.begin(), packets.end());
        }
        return tape;
    }

  private:
    const Voice& m_voice;
    const std::vector<std::vector<base::OpusFrame>>* m_tape;
    std::vector<base::OpusFrame> m_out;
    std::int64_t m_sequence = 0;
    audio::CaptureChain m_chain;
};

struct CallPlan {
    double seconds = 600.0;
    std::uint32_t seed = 1;
    int frameMs = 20;          ///< 0: as the send policy says
    std::optional<std::size_t> red = 0;  ///< each packet also carries so many before it; nullopt: as the send policy says
    bool nack = false;
    int complexity = 0;        ///< of the decoder (opus_extras.h)
    std::size_t pull = 480;    ///< samples that the device takes at a time; divides 480
    double keepSeconds = 1e9;  ///< of the heard sound, the newest
    audio::DelayEstimator::Config estimator{};
    /// Each 10 ms: seconds, counters, playout delay and target in ms; for looking at one run.
    std::function<void(double, const audio::TrackStats&, double, double)> trace;
};

struct Call {
    audio::TrackStats stats;
    std::vector<float> delayMs;  ///< per 10 ms with sound: how long its packet waited
    std::vector<float> heard;    ///< from `heardFrom` on
    std::size_t heardFrom = 0;
    std::vector<double> recoverySeconds;  ///< from the end of each stall to within 10 ms of the target
    std::uint64_t interruptions = 0;      ///< runs of audible concealment of 150 ms and more
    std::uint64_t sent = 0, lost = 0, repeated = 0;
};

inline constexpr std::size_t kSenderKeeps = 64;   // packets, for copies and repeats

inline Call hold(const Voice& voice, const ImpairProfile& profile, const CallPlan& plan,
                 const std::vector<std::vector<base::OpusFrame>>* tape) {
    const bool steady = plan.frameMs != 0 && plan.red && profile.lossGood + profile.lossBad + profile.gapMs + profile.rateKbps == 0.0;
    Speaker speaker(voice, plainCapture(plan.frameMs), steady ? tape : nullptr);
    Impair net(profile, plan.seed);
    audio::JitterBuffer buffer(plan.estimator);
    buffer.setComplexity(plan.complexity);
    Call call;
    std::multimap<base::TimePoint, base::OpusFrame> air;
    std::vector<base::OpusFrame> before;  // copies ride with later packets, and a NACK brings one again
    std::map<std::int64_t, base::TimePoint> asked;
    std::multimap<base::TimePoint, std::int64_t> repeats;   // requests on their way to the sender
    const base::Duration way(static_cast<std::int64_t>(profile.baseMs * 1000.0));
    base::Duration lastTransit = way;
    std::int64_t block = 0;
    std::uint64_t sentAtReport = 0, lostAtReport = 0, concealedBefore = 0, concealedInARow = 0, stallsSeen = 0;
    double delayBefore = 0.0;
    std::uint64_t emittedBefore = 0;
    std::optional<base::TimePoint> recoveringSince;
    const auto blocks = static_cast<std::int64_t>(plan.seconds * 100.0);
    const auto kept = static_cast<std::int64_t>(std::min(plan.keepSeconds, plan.seconds) * 100.0);
    call.heardFrom = static_cast<std::size_t>(blocks - kept) * 480;
    call.heard.reserve(static_cast<std::size_t>(kept) * 480);
    std::array<float, 480> out{};
    for (std::int64_t k = 0; k < blocks; ++k) {
        const auto now = base::TimePoint(base::Duration(k * 10'000 + 3'000));
        while (net.senderTime(base::TimePoint(base::Duration((block + 1) * 10'000))) <= now) {
            const auto at = net.senderTime(base::TimePoint(base::Duration((block + 1) * 10'000)));
            for (const auto& packet : speaker.speak(block)) {
                ++call.sent;
                const auto copies = std::min<std::size_t>(plan.red.value_or(packet.redundancy), before.size());
                std::size_t bytes = packet.size + 64u;
                for (std::size_t i = 0; i < copies; ++i) bytes += before[before.size() - 1 - i].size + 4u;
                const auto fate = net.send(at, bytes);
                if (fate.copies == 0) ++call.lost;
                for (int c = 0; c < fate.copies; ++c) {
                    auto f = packet;
                    f.received = fate.at[static_cast<std::size_t>(c)];
                    lastTransit = f.received - at;
                    for (std::size_t i = copies; i > 0; --i) {
                        auto copy = before[before.size() - i];
                        copy.redundancyDistance = static_cast<std::uint8_t>(i);
                        copy.received = f.received;
                        air.emplace(copy.received, copy);
                    }
                    air.emplace(f.received, f);
                }
                before.push_back(packet);
                if (before.size() > kSenderKeeps) before.erase(before.begin());
            }
            ++block;
        }
        if (k % 100 == 99 && call.sent > sentAtReport) {
            speaker.report(static_cast<float>(call.lost - lostAtReport) / static_cast<float>(call.sent - sentAtReport), way + lastTransit);
            sentAtReport = call.sent;
            lostAtReport = call.lost;
        }
        const auto arrive = [&](base::TimePoint until) {
            for (auto it = air.begin(); it != air.end() && it->first <= until; it = air.erase(it)) buffer.insert(it->second);
        };
        arrive(now);
        if (plan.nack && k % 2 == 0) {   // each 20 ms, as the session does
            const auto wanted = buffer.missing(now, 2 * way);
            for (std::size_t i = 0; i < wanted.missingCount; ++i) {
                auto& last = asked[wanted.missing[i]];
                if (last != base::TimePoint{} && now - last < base::Duration(60'000)) continue;
                last = now;
                repeats.emplace(now + way, wanted.missing[i]);
            }
            while (asked.size() > 64) asked.erase(asked.begin());
        }
        for (auto it = repeats.begin(); it != repeats.end() && it->first <= now; it = repeats.erase(it)) {
            const auto known = std::find_if(before.begin(), before.end(), [&](const auto& f) { return f.sequence == it->second; });
            if (known == before.end()) continue;
            ++call.repeated;
            const auto fate = net.send(now, known->size + 64u);
            for (int c = 0; c < fate.copies; ++c) {
                auto f = *known;
                f.received = fate.at[static_cast<std::size_t>(c)];
                air.emplace(f.received, f);
            }
        }
        for (std::size_t at = 0; at < out.size(); at += plan.pull) {
            const auto then = now + base::Duration(static_cast<std::int64_t>(at) * 1000 / 48);
            arrive(then);
            buffer.pull(std::span(out).subspan(at, plan.pull), then);
        }
        if (k >= blocks - kept) call.heard.insert(call.heard.end(), out.begin(), out.end());

        const auto& s = buffer.stats();
        if (plan.trace)
            plan.trace(static_cast<double>(k) * 0.01, s, static_cast<double>(buffer.playoutDelay(now).count()) * 1e-3,
                       static_cast<double>(buffer.target().count()) * 1e-3);
        const auto emitted = s.jitterBufferEmittedCount - emittedBefore;
        if (emitted > 0)
            call.delayMs.push_back(
                static_cast<float>(1e3 * (s.jitterBufferDelay - delayBefore) / static_cast<double>(emitted)));
        emittedBefore = s.jitterBufferEmittedCount;
        delayBefore = s.jitterBufferDelay;
        const auto audible = s.concealedSamples - s.silentConcealedSamples;
        if (audible > concealedBefore) {
            const auto run = concealedInARow;
            concealedInARow += audible - concealedBefore;
            if (run < 7'200 && concealedInARow >= 7'200) ++call.interruptions;
        } else {
            concealedInARow = 0;
        }
        concealedBefore = audible;
        if (net.stalls() != stallsSeen && net.lastStallEnd() <= now) {
            stallsSeen = net.stalls();
            recoveringSince = net.lastStallEnd();
        }
        if (recoveringSince && buffer.playoutDelay(now) <= buffer.target() + base::Duration(10'000)) {
            call.recoverySeconds.push_back(static_cast<double>((now - *recoveringSince).count()) * 1e-6);
            recoveringSince.reset();
        }
    }
    call.stats = buffer.stats();
    return call;
}

/// Jumps that no voice makes: a second difference above 0.1 that is ten times the usual one of the 10 ms around.
inline std::size_t clicks(std::span<const float> sound) {
    constexpr std::size_t kAround = 240;
    std::size_t count = 0;
    const auto bend = [&](std::size_t i) { return static_cast<double>(sound[i - 1]) - 2.0 * sound[i] + sound[i + 1]; };
    for (std::size_t i = kAround + 1; i + kAround + 1 < sound.size(); ++i) {
        if (std::abs(bend(i)) < 0.1) continue;
        double usual = 0.0;
        for (std::size_t j = i - kAround; j <= i + kAround; ++j)
            if (j + 3 < i || j > i + 3) usual += bend(j) * bend(j);
        if (std::abs(bend(i)) < 10.0 * std::sqrt(usual / (2.0 * kAround - 6.0))) continue;
        ++count;
        i += 48;
    }
    return count;
}

/// Mean delay of the last fifth against that of the second: what clocks that differ have added. In ms.
inline double creepMs(const Call& call) {
    const auto fifth = call.delayMs.size() / 5;
    if (fifth == 0) return 0.0;
    const auto mean = [&](std::size_t from) {
        double sum = 0.0;
        for (auto i = from; i < from + fifth; ++i) sum += call.delayMs[i];
        return sum / static_cast<double>(fifth);
    };
    return mean(call.delayMs.size() - fifth) - mean(fifth);
}

inline double share(std::uint64_t part, std::uint64_t whole) {
    return static_cast<double>(part) / static_cast<double>(std::max<std::uint64_t>(1, whole));
}
template <class T>
T percentileOf(std::vector<T> values, double q) {
    if (values.empty()) return T{};
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

}  // namespace parlour::tests
