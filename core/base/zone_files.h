// SPDX-License-Identifier: Apache-2.0
// The system's time zone database by name, and which zone this machine is in. Reads files; belongs to one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/time_zone.h"

namespace parlour::base {

class ZoneFiles {
  public:
    /// TZDIR and the places where systems keep it.
    ZoneFiles();
    explicit ZoneFiles(std::vector<std::string> folders) : m_folders(std::move(folders)) {}

    /// Read once and kept until forget(). "UTC" is always there. invalidInput "bad_zone" for names that are none.
    Result<ZonePtr> find(const std::string& name);
    /// The next find() reads the files again: governments change their rules while a server runs.
    void forget() { m_known.clear(); }

  private:
    std::vector<std::string> m_folders;
    std::map<std::string, ZonePtr> m_known;
};

/// The name of this machine's own zone: TZ, else /etc/localtime, else /etc/timezone, else "UTC".
std::string machineZone();

}  // namespace parlour::base
