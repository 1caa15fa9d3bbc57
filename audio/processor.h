// SPDX-License-Identifier: Apache-2.0
// Echo cancelling and noise suppression of the microphone. The libraries stand behind one door (ProcessorStage, one
// .cpp for each); what is the same for all of them is here: order, switching without a click, and distrust of what
// comes back. Thread: the pump. 10 ms blocks at 48 kHz. A block allocates nothing of ours;
// a stage that starts afresh (switched on, another device, a spoiled block) may, as its library does.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/media.h"
#include "core/base/time.h"

namespace parlour::audio {

struct ProcessorSettings {
    bool echoCancelling = true;
    bool noiseSuppression = true;
    auto operator<=>(const ProcessorSettings&) const = default;
};

/// One job done by one library.
class ProcessorStage {
  public:
    virtual ~ProcessorStage() = default;
    /// What goes to the loudspeaker next.
    virtual void played(std::span<const float>) {}
    /// In place. `echoDelay`: from played() of a block until the microphone's block with its echo comes here, apart
    /// from what was handed in meanwhile. false: refused, the block counts as untouched.
    virtual bool process(std::span<float> block, base::Duration echoDelay) = 0;
    /// Is there a voice in the block just processed? Nothing where the library cannot tell.
    virtual std::optional<bool> voice() const { return {}; }
    /// Does somebody speak, then? A stricter judgement, that takes no whisper, where the stage has one.
    virtual std::optional<bool> speech() const { return voice(); }
    /// Forgets everything heard so far.
    virtual void reset() = 0;
};

struct ProcessorLibrary {
    std::string_view name;
    std::unique_ptr<ProcessorStage> (*makeEcho)();
    std::unique_ptr<ProcessorStage> (*makeNoise)();
};

/// What this build has, the best first; never empty.
std::span<const ProcessorLibrary> processorLibraries();

class AudioProcessor {
  public:
    explicit AudioProcessor(const ProcessorLibrary& library = processorLibraries().front());

    /// Live: a stage that is switched on runs unheard for 40 ms, then comes in over 20 ms; the other way round it goes.
    void apply(const ProcessorSettings& settings);
    /// What goes to the loudspeaker next; each block before the microphone's one that can hold its echo.
    void played(std::span<const float> block);
    void process(std::span<float> microphone, base::Duration echoDelay);
    /// As ProcessorStage::voice(), of the last block.
    std::optional<bool> voice() const { return m_voice; }
    std::optional<bool> speech() const { return m_speech; }
    /// Nothing is switched on or fading away: blocks of other lengths may pass it by.
    bool idle() const { return !m_echo.running && !m_noise.running; }
    /// Blocks that the library refused or spoiled; they went on as they came.
    std::uint64_t failures() const { return m_failures; }

  private:
    struct Slot {
        std::unique_ptr<ProcessorStage> stage;
        bool wanted = false;
        bool running = false;
        int settling = 0;  // blocks until it may be heard
        float wet = 0.0f;  // 0: untouched, 1: processed
    };
    static void want(Slot& slot, bool wanted);
    void watch(base::Duration echoDelay);
    bool run(Slot& slot, std::span<float> block, base::Duration echoDelay);

    Slot m_echo;
    Slot m_noise;
    std::optional<base::Duration> m_delay;  // that the canceller has learned
    base::Duration m_otherDelay{};          // and the one that stands against it
    int m_otherBlocks = 0;
    std::array<float, base::kBlockSamples> m_work{};
    std::optional<bool> m_voice;
    std::optional<bool> m_speech;
    std::uint64_t m_failures = 0;
};

}  // namespace parlour::audio
