// SPDX-License-Identifier: Apache-2.0
// Door to echo cancelling and noise suppression: one implementation now (speexdsp), others behind the same words later.
// Thread: the pump. 10 ms blocks.
#pragma once

#include <memory>
#include <span>

namespace parlour::audio {

struct ProcessorSettings {
    bool echoCancelling = true;
    bool noiseSuppression = true;
    auto operator<=>(const ProcessorSettings&) const = default;
};

class AudioProcessor {
  public:
    virtual ~AudioProcessor() = default;
    virtual void apply(const ProcessorSettings& settings) = 0;
    /// In place. `played` is what went to the loudspeaker at about that time; the canceller finds the exact delay
    /// itself.
    virtual void process(std::span<float> microphone, std::span<const float> played) = 0;
    virtual void reset() = 0;
};

std::unique_ptr<AudioProcessor> makeSpeexProcessor();

}  // namespace parlour::audio
