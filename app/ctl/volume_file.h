// SPDX-License-Identifier: Apache-2.0
// How loud people are for this person: "IDENTITY PERCENT" line by line in the file `volumes` of the person's folder, the newest
// first. An identity is the person's key, the same in every house. Lines that cannot be read are left out. Several programs may
// change it: each change is made to what stands there then. Thread: the owner's.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/ids.h"

namespace parlour::ctl {

class VolumeFile {
  public:
    static constexpr std::size_t kMost = 200;  ///< people; the oldest are forgotten

    /// Empty = remembers for this run only.
    explicit VolumeFile(std::string folder);
    using Volume = std::pair<base::Identity, int>;  ///< percent, 0..200, not 100
    const std::vector<Volume>& all() const { return m_volumes; }
    /// 100 forgets. False: it could not be written, or something else has that name; it holds for this run.
    bool set(const base::Identity& who, int percent);

    static std::vector<Volume> parse(std::string_view text);

  private:
    std::string m_file;
    std::vector<Volume> m_volumes;
};

}  // namespace parlour::ctl
