// SPDX-License-Identifier: Apache-2.0
// Reads the project's own sources for the house rules.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

namespace parlour::tests {

struct SourceFile {
    std::string path;  ///< relative to the root, with /
    std::string text;
    std::string folder() const { return path.substr(0, path.rfind('/')); }
    std::vector<std::string> lines() const {
        std::vector<std::string> out;
        std::size_t start = 0;
        while (start < text.size()) {
            const auto end = std::min(text.find('\n', start), text.size());
            out.push_back(text.substr(start, end - start));
            start = end + 1;
        }
        return out;
    }
};

inline std::filesystem::path sourceRoot() { return PARLOUR_SOURCE_DIR; }

inline std::vector<SourceFile> sourceFiles(const std::vector<std::string>& folders,
                                           const std::vector<std::string>& extensions) {
    std::vector<SourceFile> files;
    for (const auto& folder : folders) {
        if (!std::filesystem::exists(sourceRoot() / folder)) continue;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(sourceRoot() / folder)) {
            if (!entry.is_regular_file()) continue;
            const auto extension = entry.path().extension().string();
            if (std::find(extensions.begin(), extensions.end(), extension) == extensions.end()) continue;
            std::ifstream in(entry.path(), std::ios::binary);
            files.push_back({std::filesystem::relative(entry.path(), sourceRoot()).generic_string(),
                             std::string((std::istreambuf_iterator<char>(in)), {})});
        }
    }
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return files;
}

/// Comments and string literals blanked, line breaks kept, so that words in prose do not count as calls.
inline std::string codeOnly(const std::string& text) {
    std::string out = text;
    enum class In { code, line, block, string, character } in = In::code;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const char c = out[i], next = i + 1 < out.size() ? out[i + 1] : '\0';
        switch (in) {
            case In::code:
                if (c == '/' && next == '/') in = In::line;
                else if (c == '/' && next == '*') in = In::block;
                else if (c == '"') in = In::string;
                else if (c == '\'' && (i == 0 || !std::isalnum(static_cast<unsigned char>(out[i - 1])))) in = In::character;
                if (in == In::line || in == In::block) out[i] = ' ';
                break;
            case In::line:
                if (c == '\n') in = In::code;
                else out[i] = ' ';
                break;
            case In::block:
                if (c == '*' && next == '/') {
                    out[i] = out[i + 1] = ' ';
                    ++i;
                    in = In::code;
                } else if (c != '\n') out[i] = ' ';
                break;
            case In::string:
            case In::character:
                if (c == '\\') {
                    out[i] = ' ';
                    if (next != '\n') out[++i] = ' ';
                } else if (c == (in == In::string ? '"' : '\'')) in = In::code;
                else if (c != '\n') out[i] = ' ';
                break;
        }
    }
    return out;
}

}  // namespace parlour::tests
