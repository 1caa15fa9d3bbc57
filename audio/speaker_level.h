// SPDX-License-Identifier: Apache-2.0
// One speaker's loudness, brought slowly to where voices should be. libebur128 measures (momentary, 400 ms); only what
// rises and falls like speech counts, and the gain moves only while somebody speaks, so that pauses do not pump.
// A new voice fades in. Thread: the pump; no allocation after construction.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace parlour::audio {

/// What is known of a voice; kept when its track goes.
struct VoiceLoudness {
    float lufs = 0.0f;      ///< as sent, one channel
    int measured = 0;       ///< tenths of a second of speech behind it; 0 = unknown
    float gainDb = 0.0f;
};

class SpeakerLevel {
  public:
    static constexpr float kLowest = -22.0f;  ///< LUFS; what lies between stays as it is
    static constexpr float kHighest = -19.5f;
    static constexpr float kMostGain = 12.0f;   ///< dB
    static constexpr float kLeastGain = -24.0f;

    SpeakerLevel();
    ~SpeakerLevel();

    /// In place, 5 or 10 ms, judged each 10; what is done to the middle is done to the `side`, too. Not `levelling`: the gain goes back to 0 dB and
    /// what is known stays.
    void process(std::span<float> sound, bool levelling, std::span<float> side = {});
    /// Somebody is speaking, or did within the last 300 ms.
    bool speaking() const { return m_sinceSpeech < 30; }
    float gainDb() const { return m_gainDb; }

    VoiceLoudness known() const { return {m_lufs, m_measured, m_gainDb}; }
    /// From an earlier track of this person. Before the first sound it starts at the old gain, else it goes there slowly.
    void remember(const VoiceLoudness& voice);

  private:
    void watch(float blockDb);
    void measure();
    void move(bool levelling, bool active);
    void fadeIn(std::span<float> sound, std::span<float> side, float peak);

    struct Meter;
    std::unique_ptr<Meter> m_meter;

    // Is it speech? Levels of 10 ms against the quietest of the last 3 s, and how they rise and fall.
    std::size_t m_blocks = 0;  // of 10 ms
    std::size_t m_samples = 0;  // not judged yet, and their energy
    float m_energy = 0.0f;
    float m_smoothDb = -100.0f;
    float m_peakDb = -100.0f;
    float m_quietest[6];
    float m_quietestNow = 0.0f;
    bool m_high = false;
    std::size_t m_rises[2] = {0, 0};  // when the last two syllables began
    int m_activeOf40 = 0;
    unsigned long long m_activeBits = 0;
    int m_sinceSpeech = 1'000;

    float m_lufs = 0.0f;
    double m_power = 0.0;
    int m_measured = 0;
    int m_strangers = 0;  // values in a row that fit nothing so far
    float m_gainDb = 0.0f;
    float m_latest = -100.0f;  // LUFS of the last 400 ms
    std::size_t m_faded = 0;   // samples of the fade-in that are done
};

}  // namespace parlour::audio
