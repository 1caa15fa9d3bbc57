// SPDX-License-Identifier: Apache-2.0
// Sound from a file or a tone, sound into a file, both in real time. A capture file stays silent until the microphone
// is opened for the first time and starts there; after its end it is silent or loops.
#pragma once

#include "audio/null_backend.h"

namespace parlour::audio {

class FileBackend final : public NullBackend {
  public:
    FileBackend(const base::Clock& clock, bool ownThread);
    ~FileBackend() override;

    base::Result<void> openPlayout(const Endpoint& endpoint, int blockFrames, DeviceCallbacks callbacks) override;
    base::Result<void> openCapture(const Endpoint& endpoint, int blockFrames, DeviceCallbacks callbacks) override;
    void closePlayout() override;
    void closeCapture() override;
    void microphoneOpened() override;

  private:
    void nextCapture(std::span<float> mono) override;
    bool hasPairs() const override;
    void nextPairs(std::span<float> pairs) override;
    void takePlayout(std::span<const float> mono) override;

    struct Files;
    std::unique_ptr<Files> m_files;
};

}  // namespace parlour::audio
