// SPDX-License-Identifier: Apache-2.0
#include "audio/speaker_level.h"

#include <ebur128.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <new>
#include <numbers>

#include "core/base/media.h"

namespace parlour::audio {
namespace {

constexpr std::size_t kFade = 2'400;          // 50 ms
constexpr std::size_t kChunk = 50;            // blocks per entry of the floor
constexpr float kNeverSpeech = -58.0f;        // dBFS
constexpr float kAboveFloor = 9.0f;           // dB
constexpr float kDip = 8.0f;                  // dB between two syllables
constexpr std::size_t kTwoSyllables = 200;    // blocks
constexpr int kUsable = 10;                   // measurements before the gain moves: a second of speech
constexpr int kMemory = 60;                   // measurements that count: six seconds of speech
constexpr float kRelativeGate = 10.0f;        // LU below what is known: a trailing word
constexpr float kOutburst = 6.0f;             // LU above it: counts no more than that
constexpr int kNewVoice = 50;                 // five seconds of words that fit nothing: somebody else, or they moved away
constexpr float kUp = 0.015f;                 // dB per block: 1.5 dB a second
constexpr float kDown = 0.04f;
constexpr float kTooLoud = 0.25f;             // when what is heard is far above the goal
constexpr float kFarAbove = 5.0f;

float toDb(float power) { return 10.0f * std::log10(power + 1e-12f); }

}  // namespace

struct SpeakerLevel::Meter {
    struct Free {
        void operator()(ebur128_state* made) const { ebur128_destroy(&made); }
    };
    std::unique_ptr<ebur128_state, Free> state;
};

SpeakerLevel::SpeakerLevel() : m_meter(std::make_unique<Meter>()) {
    m_meter->state.reset(ebur128_init(1, base::kSampleRate, EBUR128_MODE_M));
    if (!m_meter->state) throw std::bad_alloc();
    std::fill(std::begin(m_quietest), std::end(m_quietest), 100.0f);
    m_quietestNow = 100.0f;
}
SpeakerLevel::~SpeakerLevel() = default;

void SpeakerLevel::remember(const VoiceLoudness& voice) {
    if (voice.measured < kUsable) return;
    m_lufs = voice.lufs;
    m_power = std::pow(10.0, voice.lufs / 10.0);
    m_measured = std::min(voice.measured, kMemory);
    if (m_faded == 0) m_gainDb = voice.gainDb;
}

void SpeakerLevel::watch(float blockDb) {
    m_smoothDb += (blockDb - m_smoothDb) / 3.0f;
    m_quietestNow = std::min(m_quietestNow, m_smoothDb);
    if (m_blocks % kChunk == 0) {
        m_quietest[m_blocks / kChunk % std::size(m_quietest)] = m_quietestNow;
        m_quietestNow = m_smoothDb;
    }
    const float floor = std::min(m_quietestNow, *std::min_element(std::begin(m_quietest), std::end(m_quietest)));
    const bool active = blockDb > std::max(kNeverSpeech, floor + kAboveFloor);
    m_activeBits = (m_activeBits << 1 | (active ? 1u : 0u)) & ((1ull << 40) - 1);
    m_activeOf40 = std::popcount(m_activeBits);

    // A syllable begins where the level comes back up after a dip; a tone and a fan begin once.
    m_peakDb = std::max(m_smoothDb, m_peakDb - 0.1f);
    if (m_high && m_smoothDb < m_peakDb - kDip) {
        m_high = false;
    } else if (!m_high && active && m_smoothDb > m_peakDb - kDip / 2.0f) {
        m_high = true;
        m_rises[0] = m_rises[1];
        m_rises[1] = m_blocks;
    }
    const bool speech = active && m_rises[0] > 0 && m_blocks - m_rises[0] <= kTwoSyllables;
    m_sinceSpeech = speech ? 0 : std::min(m_sinceSpeech + 1, 1'000);
}

void SpeakerLevel::measure() {
    double lufs = -100.0;
    if (ebur128_loudness_momentary(m_meter->state.get(), &lufs) != EBUR128_SUCCESS || !std::isfinite(lufs)) return;
    m_latest = static_cast<float>(lufs);
    if (m_activeOf40 < 24 || !speaking() || m_latest < -70.0f) return;
    float value = m_latest;
    if (m_measured >= kUsable) {
        if (value < m_lufs - kRelativeGate) {
            if (++m_strangers < kNewVoice) return;
            m_measured = 0;
        } else {
            value = std::min(value, m_lufs + kOutburst);
        }
    }
    m_strangers = 0;
    m_measured = std::min(m_measured + 1, kMemory);
    const double power = std::pow(10.0, value / 10.0);
    m_power += (power - m_power) / m_measured;
    m_lufs = static_cast<float>(10.0 * std::log10(m_power));
}

void SpeakerLevel::move(bool levelling, bool active) {
    if (!levelling) {
        m_gainDb += std::clamp(-m_gainDb, -0.06f, 0.06f);
        return;
    }
    if (active && m_latest + m_gainDb > kHighest + kFarAbove) {
        m_gainDb = std::max(m_gainDb - kTooLoud, std::max(kLeastGain, kHighest - m_latest));
        return;
    }
    if (m_measured < kUsable || m_sinceSpeech > 0) return;
    const float goal = std::clamp(std::clamp(m_lufs, kLowest, kHighest) - m_lufs, kLeastGain, kMostGain);
    m_gainDb += std::clamp(goal - m_gainDb, -kDown, kUp);
}

/// The first sound of a track rises within 50 ms (half of it is there after 25): no click, and the syllable is heard.
void SpeakerLevel::fadeIn(std::span<float> sound, std::span<float> side, float peak) {
    if (m_faded == 0 && peak < 1e-3f) {
        std::fill(sound.begin(), sound.end(), 0.0f);
        std::fill(side.begin(), side.end(), 0.0f);
        return;
    }
    for (std::size_t i = 0; i < sound.size(); ++i) {
        const double part = static_cast<double>(std::min(++m_faded, kFade)) / static_cast<double>(kFade);
        const auto gain = static_cast<float>(0.5 - 0.5 * std::cos(std::numbers::pi * part));
        sound[i] *= gain;
        if (i < side.size()) side[i] *= gain;
    }
}

void SpeakerLevel::process(std::span<float> sound, bool levelling, std::span<float> side) {
    float peak = 0.0f;
    for (const float s : sound) {
        m_energy += s * s;
        peak = std::max(peak, std::abs(s));
    }
    for (const float s : side) peak = std::max(peak, std::abs(s));
    ebur128_add_frames_float(m_meter->state.get(), sound.data(), sound.size());
    const float from = m_gainDb;
    m_samples += sound.size();
    if (m_samples >= base::kBlockSamples) {
        ++m_blocks;
        watch(toDb(m_energy / static_cast<float>(m_samples)));
        m_energy = 0.0f;
        m_samples = 0;
        if (m_blocks % 10 == 0) measure();
        move(levelling, (m_activeBits & 1u) != 0);
    }
    if (from != 0.0f || m_gainDb != 0.0f) {
        const float a = std::pow(10.0f, from / 20.0f);
        const float b = std::pow(10.0f, m_gainDb / 20.0f);
        const float step = (b - a) / static_cast<float>(sound.size());
        float gain = a;
        for (std::size_t i = 0; i < sound.size(); ++i) {
            gain += step;
            sound[i] *= gain;
            if (i < side.size()) side[i] *= gain;
        }
    }
    if (m_faded < kFade) fadeIn(sound, side, peak);
}

}  // namespace parlour::audio
