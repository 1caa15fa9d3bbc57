// SPDX-License-Identifier: Apache-2.0
// From the microphone's samples to Opus frames: high-pass, meter, echo and noise, voice gate, automatic gain, the
// person's gate, encoder. Echo, noise and the search for a voice go on behind the closed gate: the canceller stays in
// tune, and somebody who speaks while muted can be told. The person's gate is here and nowhere else: while it is closed the encoder sees zeros, and what it heard
// before is forgotten, so that no packet with energy leaves after the block in hand (security T32, I12). Thread: the
// pump. Time handed in. No allocation but in apply().
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "audio/audio_engine.h"
#include "audio/automatic_gain.h"
#include "audio/gain_ramp.h"
#include "audio/high_pass.h"
#include "audio/level_meter.h"
#include "audio/opus_encoder.h"
#include "audio/processor.h"
#include "audio/send_policy.h"
#include "audio/voice_activity.h"
#include "audio/voice_gate.h"
#include "core/base/media.h"

namespace parlour::audio {

/// The microphone as it is: for music, and where no air is between loudspeaker and microphone.
inline CaptureSettings unprocessed(CaptureSettings settings) {
    settings.echoCancelling = settings.noiseSuppression = settings.automaticGain = settings.voiceGate = false;
    return settings;
}
inline bool needsProcessor(const CaptureSettings& s) { return s.echoCancelling || s.noiseSuppression; }

class CaptureChain {
  public:
    using Sink = std::function<void(const base::OpusFrame&)>;
    /// Called with the finished signal, before the person's gate.
    using Tap = std::function<void(std::span<const float>)>;

    CaptureChain(Sink sink, Tap tap);

    /// `made`: a processor to take when one is needed and none is there; without it one is made here.
    void apply(const CaptureSettings& settings, std::unique_ptr<AudioProcessor> made = nullptr);
    void setFeedback(const base::Feedback& feedback);
    /// Another way to other people: as before the first report.
    void forgetUplink();
    /// `generation` differs when the gate was moved in between, even if it stands as before.
    void setGate(bool open, std::uint32_t generation);
    /// The tap wants sound although the gate is closed.
    void setTapped(bool tapped) { m_tapped = tapped; }

    /// What goes to the encoder, block by block, zeros while the gate is closed.
    void onGated(Tap gated) { m_gated = std::move(gated); }

    /// What goes to the loudspeaker next: 480 samples, or 240 while nothing compares with it.
    void played(std::span<const float> block);
    /// The echo canceller wants blocks of 480.
    bool comparesEcho() const { return m_processor && !m_processor->idle(); }
    /// What process() wants next: 480, or 240 while packets of 5 ms are made of it.
    std::size_t block() const {
        // A frame begun in blocks of 10 ms ends in them: a change of plan in its middle must not make it longer than it is.
        const bool begun = m_filled > 0 && m_frameSamples > base::kBlockSamples / 2;
        return m_plan.frameMs == 5 && !begun && (!m_processor || m_processor->idle()) ? base::kBlockSamples / 2 : base::kBlockSamples;
    }
    /// block() samples from the device, the middle of two channels, and their side: left = middle + side, right = middle - side.
    /// Only music has a side; it is faded and cut off as the middle is. `echoDelay` as in processor.h.
    void process(std::span<const float> microphone, std::span<const float> side, base::TimePoint now, base::Duration echoDelay);
    void process(std::span<const float> microphone, base::TimePoint now, base::Duration echoDelay) {
        process(microphone, {}, now, echoDelay);
    }
    /// Both at once, for a loudspeaker and a microphone without a delay between them.
    void process(std::span<const float> microphone, std::span<const float> playedNow, base::TimePoint now) {
        if (!playedNow.empty()) played(playedNow);
        process(microphone, now, base::Duration{0});
    }

    const AutomaticGain& gain() const { return m_gain; }
    const LevelMeter& meter() const { return m_meter; }
    void silenceMeter() {
        m_meter.clear();
        m_activity.clear();
    }
    const VoiceActivity& activity() const { return m_activity; }
    std::uint64_t invalidSamples() const { return m_invalid; }
    std::uint64_t processorFailures() const { return m_processor ? m_processor->failures() : 0; }
    std::uint64_t framesEncoded() const { return m_framesEncoded; }
    const SendPlan& plan() const { return m_plan; }

  private:
    void take(std::span<const float> microphone, std::span<float> block, bool counted);
    bool echoCovers(std::span<const float> microphone);
    void encodeFrame(base::TimePoint now);
    void replan();
    void judge(std::span<const float> sound, std::optional<bool> voice);
    bool encoderChanges() const;
    void applyPlan();

    Sink m_sink;
    Tap m_tap;
    Tap m_gated;
    CaptureSettings m_settings;
    Uplink m_uplink;
    SendPlan m_plan;
    OpusEncoder m_encoder;
    HighPass m_highPass{80.0, 960, false};
    HighPass m_sideHighPass{80.0, 960, false};
    HighPass m_judgedHighPass{80.0, 960, false};   // for the search for a voice, where the microphone has none
    GainRamp m_sideGain{0.0f};  // comes once nothing works on the middle alone any more
    std::unique_ptr<AudioProcessor> m_processor;  // from when it is first needed: 200 ms of filter is memory
    VoiceActivity m_activity;
    VoiceGate m_voiceGate;
    AutomaticGain m_gain;
    std::uint64_t m_invalid = 0;
    LevelMeter m_meter;
    float m_echo = 0.0f;  // peak of what was played, dying away as a room does
    bool m_tapped = false;

    bool m_open = false;
    bool m_fadeIn = false;
    EncoderSettings m_encoding;  // in force; another kind of encoder waits for the end of a frame
    std::array<float, base::kBlockSamples> m_judged{};  // for the search for a voice, which takes 10 ms
    std::size_t m_judgedSamples = 0;
    std::uint32_t m_generation = 0;
    int m_silentFramesLeft = 0;  // sent after closing, so that the other side hears an end and not a loss

    std::array<float, 1920> m_frame{};
    std::array<float, 1920> m_sideFrame{};
    std::array<float, 2 * 1920> m_pairs{};  // scratch: what the encoder takes for music
    std::size_t m_filled = 0;
    std::size_t m_frameSamples = 960;  // of the frame being filled
    base::OpusFrame m_packet;
    std::int64_t m_sequence = 0;
    std::int64_t m_sampleClock = 0;  // RTP time of the next sample; follows the wall through device losses
    base::TimePoint m_firstBlock{};
    std::int64_t m_firstClock = 0;
    std::int64_t m_behind = 0;  // samples by which the device was behind the clock at the block before
    bool m_running = false;
    bool m_lastWasSilence = true;
    std::uint64_t m_framesEncoded = 0;
};

}  // namespace parlour::audio
