// SPDX-License-Identifier: Apache-2.0
#include "audio/capture_chain.h"

#include <algorithm>
#include <cmath>

#include "audio/sound_length.h"

namespace parlour::audio {
namespace {

constexpr std::size_t kBlock = base::kBlockSamples;
constexpr int kSilentFrames = 5;
constexpr std::size_t kFade = 240;    // 5 ms
constexpr float kInaudible = 1e-15f;  // denormals and what becomes one; -300 dBFS
constexpr float kEchoDecay = 0.97f;   // each block: a room answers for a third of a second
constexpr std::int64_t kClockSlip = base::kSampleRate / 5;  // 200 ms: more is a lost device, less is drift

float peakOf(std::span<const float> block) {
    float peak = 0.0f;
    for (const float s : block) peak = std::max(peak, std::abs(s));  // NaN compares false: ignored
    return peak;
}

}  // namespace

/// Plain until the first apply(): what processes is made where it may be.
CaptureChain::CaptureChain(Sink sink, Tap tap) : m_sink(std::move(sink)), m_tap(std::move(tap)) { apply(unprocessed({})); }

void CaptureChain::apply(const CaptureSettings& settings, std::unique_ptr<AudioProcessor> made) {
    m_settings = settings;
    if (m_settings.music)  // what cleans speech eats instruments
        m_settings.echoCancelling = m_settings.noiseSuppression = m_settings.highPass = m_settings.voiceGate = m_settings.automaticGain = false;
    if (needsProcessor(m_settings) && !m_processor)
        m_processor = made ? std::move(made) : std::make_unique<AudioProcessor>();
    if (m_processor) m_processor->apply({m_settings.echoCancelling, m_settings.noiseSuppression});
    m_highPass.set(m_settings.highPass);
    m_sideHighPass.set(m_settings.highPass);
    m_judgedHighPass.set(!m_settings.highPass);
    m_voiceGate.set(m_settings.voiceGate);
    m_gain.set(m_settings.automaticGain);
    replan();
}

void CaptureChain::setFeedback(const base::Feedback& feedback) {
    m_uplink = withReport(m_uplink, feedback);
    replan();
}

void CaptureChain::forgetUplink() {
    m_uplink = {};
    replan();
}

void CaptureChain::replan() {
    m_plan = planSending(m_settings, m_uplink);
    if (!encoderChanges() || !(m_open || m_silentFramesLeft > 0)) applyPlan();
}

bool CaptureChain::encoderChanges() const {
    return m_encoding.music != m_settings.music || m_encoding.lowDelay != m_plan.lowDelay;
}

/// Another kind of encoder starts from nothing: the frame before it ends in silence, the one after begins there.
void CaptureChain::applyPlan() {
    if (encoderChanges()) m_fadeIn = true;
    m_encoding = {m_plan.bitRate,     m_plan.dtx,        m_plan.expectedLoss > 0,
                  m_plan.expectedLoss, m_settings.music, m_plan.lowDelay};
    m_encoder.apply(m_encoding);
}

void CaptureChain::setGate(bool open, std::uint32_t generation) {
    if (generation == m_generation) return;
    m_generation = generation;
    const bool wasOpen = m_open;
    m_open = open;
    // Whatever was moved: nothing from before the move may leave any more.
    m_filled = 0;
    m_encoder.reset();
    m_fadeIn = open;
    if (wasOpen && !open) m_silentFramesLeft = kSilentFrames;
}

void CaptureChain::played(std::span<const float> block) {
    m_echo = std::max(m_echo, std::min(1.0f, peakOf(block)));
    if (m_processor) m_processor->played(block);
}

/// What the loudspeaker says into the microphone is not the person: they have to be louder than half of that. Needs no
/// canceller, so it holds where there is none, or none that has learned the room yet.
bool CaptureChain::echoCovers(std::span<const float> microphone) {
    const bool covered = peakOf(microphone) <= 0.5f * m_echo;
    m_echo *= microphone.size() < kBlock ? std::sqrt(kEchoDecay) : kEchoDecay;
    return covered;
}

/// What a device hands in may be anything.
void CaptureChain::take(std::span<const float> microphone, std::span<float> block, bool counted) {
    for (std::size_t i = 0; i < block.size() && i < microphone.size(); ++i) {
        const float size = std::abs(microphone[i]);
        if (size >= kInaudible && size <= 1.0f)
            block[i] = microphone[i];
        else if (size > 1.0f)
            block[i] = std::isfinite(size) ? std::copysign(1.0f, microphone[i]) : 0.0f;
        if (counted && !std::isfinite(microphone[i])) ++m_invalid;
    }
}

void CaptureChain::process(std::span<const float> microphone, std::span<const float> sideIn, base::TimePoint now, base::Duration echoDelay) {
    std::array<float, kBlock> whole{};
    std::array<float, kBlock> wholeSide{};
    const auto block = std::span(whole).first(microphone.size() <= kBlock / 2 ? kBlock / 2 : kBlock);
    const auto side = std::span(wholeSide).first(block.size());
    take(microphone, block, true);
    take(sideIn, side, false);

    if (!m_running) {
        m_running = true;
        m_firstBlock = now;
        m_firstClock = m_sampleClock;
    }
    const auto byWall = m_firstClock + (now - m_firstBlock).count() * 48 / 1000;
    const auto behind = byWall - m_sampleClock;
    if (behind <= kClockSlip) {
        m_behind = behind;
    } else if (behind - m_behind < kClockSlip / 2) {  // it crept up: the device's clock is slow, and nothing is missing
        m_firstBlock = now;
        m_firstClock = m_sampleClock;
        m_behind = 0;
    } else {
        m_filled = 0;
        m_sampleClock = byWall - byWall % static_cast<std::int64_t>(kBlock);
        m_lastWasSilence = true;
        m_behind = 0;
    }

    m_highPass.process(block);
    m_sideHighPass.process(side);
    // While a canceller or a gain still fades away from the middle there is no side: they would not fit together.
    m_sideGain.set(m_settings.music && (!m_processor || m_processor->idle()) && m_gain.decibel() == 0.0f ? 1.0f : 0.0f);
    m_sideGain.apply(side);
    std::array<float, kBlock> loud;
    m_meter.add(louder(block, side, loud));
    const bool covered = echoCovers(block);
    if (m_processor) m_processor->process(block, echoDelay);
    const auto judged = m_processor ? m_processor->voice() : std::nullopt;
    judge(block, covered ? std::optional(false) : m_processor ? m_processor->speech() : std::nullopt);
    if (m_open || m_tapped) {
        m_voiceGate.process(block, judged.value_or(true));
        m_gain.process(block, m_activity.voice(), m_activity.rms(), m_activity.floor());
        if (m_tapped) m_tap(block);
    }
    if (!m_open) {
        std::fill(block.begin(), block.end(), 0.0f);
        std::fill(side.begin(), side.end(), 0.0f);
    }
    if (m_fadeIn) {  // 5 ms, so that opening makes no click
        m_fadeIn = false;
        for (std::size_t i = 0; i < kFade; ++i) {
            const float gain = static_cast<float>(i) / static_cast<float>(kFade);
            block[i] *= gain;
            side[i] *= gain;
        }
    }
    if (m_gated) m_gated(block);
    const bool sending = m_open || m_silentFramesLeft > 0;
    if (m_filled == 0) m_frameSamples = static_cast<std::size_t>(m_plan.frameMs) * 48;
    if (sending) {
        if (m_filled + block.size() > m_frame.size()) m_filled = 0;
        std::copy(block.begin(), block.end(), m_frame.begin() + static_cast<std::ptrdiff_t>(m_filled));
        std::copy(side.begin(), side.end(), m_sideFrame.begin() + static_cast<std::ptrdiff_t>(m_filled));
        m_filled += block.size();
    }
    m_sampleClock += static_cast<std::int64_t>(block.size());
    if (sending && m_filled >= m_frameSamples) {
        encodeFrame(now);
        if (encoderChanges()) applyPlan();
    }
    if (!sending) {
        m_filled = 0;
        m_lastWasSilence = true;
    }
}

void CaptureChain::judge(std::span<const float> sound, std::optional<bool> voice) {
    if (sound.size() == kBlock) m_judgedSamples = 0;
    const auto piece = std::span(m_judged).subspan(m_judgedSamples, sound.size());
    std::copy(sound.begin(), sound.end(), piece.begin());
    m_judgedHighPass.process(piece);   // a steady offset or hum is as like itself one period later as a voice is
    m_judgedSamples += sound.size();
    if (m_judgedSamples < kBlock) return;
    m_judgedSamples = 0;
    m_activity.add(m_judged, voice);
}

void CaptureChain::encodeFrame(base::TimePoint now) {
    const std::span pcm(m_frame.data(), m_filled);
    const std::span side(m_sideFrame.data(), m_filled);
    if (encoderChanges())
        for (std::size_t i = 0; i < kFade; ++i) {
            const float gain = 1.0f - static_cast<float>(i + 1) / static_cast<float>(kFade);
            pcm[pcm.size() - kFade + i] *= gain;
            side[pcm.size() - kFade + i] *= gain;
        }
    std::span<const float> sound = pcm;
    if (m_encoding.music) {
        for (std::size_t i = 0; i < pcm.size(); ++i) {
            m_pairs[2 * i] = pcm[i] + side[i];
            m_pairs[2 * i + 1] = pcm[i] - side[i];
        }
        sound = std::span(m_pairs).first(2 * pcm.size());
    }
    m_packet.size = static_cast<std::uint16_t>(m_encoder.encode(sound, m_packet.payload));
    m_packet.durationSamples = static_cast<std::uint32_t>(m_filled);
    m_packet.rtpTimestamp = static_cast<std::uint32_t>(m_sampleClock - static_cast<std::int64_t>(m_filled));
    m_packet.received = now - soundLength(m_filled);
    m_packet.level = levelOf(sound);
    m_filled = 0;
    if (!m_open) --m_silentFramesLeft;
    if (m_packet.size == 0) return;
    ++m_framesEncoded;
    m_packet.comfortNoise = m_encoder.inDtx();
    // The first empty packet tells the other side that silence begins; the following ones need not be sent (opus.h).
    const bool skip = m_packet.comfortNoise && m_lastWasSilence;
    m_packet.marker = !m_packet.comfortNoise && m_lastWasSilence;
    m_lastWasSilence = m_packet.comfortNoise;
    if (skip) return;
    m_packet.redundancy = static_cast<std::uint8_t>(m_open ? m_plan.redundancy : 0);  // a closed gate repeats nothing
    m_packet.sequence = m_sequence++;
    if (m_sink) m_sink(m_packet);
}

}  // namespace parlour::audio
