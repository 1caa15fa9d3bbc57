// SPDX-License-Identifier: Apache-2.0
// Sound files: RIFF PCM 16-bit 48 kHz, plain WAVEFORMAT. Reading mixes channels to one; writing is mono and keeps the
// header true all the time, so that a killed program leaves a playable file. Thread: the owner's; blocking file I/O.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/base/byte_io.h"
#include "core/base/error.h"

namespace parlour::audio {

struct WavFormat {
    int channels = 1;  ///< 1..8
    int sampleRate = 48'000;
    std::uint64_t dataOffset = 0;  ///< bytes from the start of the file
    std::uint64_t dataBytes = 0;   ///< as the header says; may exceed the file
};
/// `head`: the first bytes of a file (4 KiB is plenty). Errors: wav_not, wav_format, wav_rate.
base::Result<WavFormat> parseWavHeader(base::ByteView head);

class WavReader {
  public:
    static base::Result<WavReader> open(const std::string& path);
    WavReader(WavReader&&) noexcept;
    WavReader& operator=(WavReader&&) noexcept;
    ~WavReader();
    /// Samples read; fewer than asked = end of file.
    std::size_t read(std::span<float> mono);
    int channels() const;
    /// Left, right, left, right, of a file with two channels; answers how many of these were read, an even number.
    std::size_t readPairs(std::span<float> pairs);
    void rewind();

  private:
    std::size_t fetch(std::size_t frames);
    struct Impl;
    explicit WavReader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

class WavWriter {
  public:
    /// Overwrites. Error: file_unwritable.
    static base::Result<WavWriter> create(const std::string& path);
    WavWriter(WavWriter&&) noexcept;
    WavWriter& operator=(WavWriter&&) noexcept;
    /// Completes the header.
    ~WavWriter();
    /// False when the disk took no more; what is there stays valid.
    bool write(std::span<const float> mono);

  private:
    struct Impl;
    explicit WavWriter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::audio
