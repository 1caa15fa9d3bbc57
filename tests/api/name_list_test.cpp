// SPDX-License-Identifier: Apache-2.0
// Lists of names as people paste them and spreadsheets write them.
#include "core/api/name_list.h"

#include "core/api/limits.h"
#include "core/api/member_types.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::api;
using Names = std::vector<std::string>;

namespace {

Names names(std::string_view text) {
    const auto list = parseNameList(text);
    INFO((list ? "" : base::describe(list.error())));
    REQUIRE(list);
    return *list;
}
std::string refused(std::string_view text) {
    const auto list = parseNameList(text);
    return list ? "" : list.error().code;
}
std::string many(std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += "Person " + std::to_string(i) + "\n";
    return out;
}
const Names kTwo = {"Ida Holm", "Pablo Ruiz"};

}  // namespace

TEST_CASE("one name a line: blank lines, blank space and repeats are left out", "[api][names]") {
    CHECK(names("").empty());
    CHECK(names("\n \r\n;;\n").empty());
    CHECK(names("Ida Holm\r\n\n  Pablo   Ruiz \nIda Holm") == kTwo);
    CHECK(names("Ida Holm\rPablo Ruiz\r") == kTwo);
    CHECK(names("Ida Holm; Pablo Ruiz;") == kTwo);   // pasted from a message
    CHECK(names("Ida\u00a0Holm\nPablo\u2028Ruiz") == kTwo);
    CHECK(names("Conan O'Brien\nBill \"Spike\" Murphy") == Names{"Conan O'Brien", "Bill \"Spike\" Murphy"});
}

TEST_CASE("a CSV gives its first column, with commas, semicolons or tabs", "[api][names]") {
    CHECK(names("Ida Holm,ida@example.org\nPablo Ruiz,pablo@example.org\n") == kTwo);
    CHECK(names("Ida Holm;ida@example.org;3,5\r\nPablo Ruiz;pablo@example.org;4,0\r\n") == kTwo);
    CHECK(names("Ida Holm\tida@example.org\nPablo Ruiz\t\n") == kTwo);
    CHECK(names("Ida Holm,she said: a; b,x\nPablo Ruiz,,\n") == kTwo);   // what stands most often separates
    CHECK(names("sep=|\nIda Holm|a,b,c\nPablo Ruiz|d") == kTwo);
    CHECK(names("SEP=;\r\nIda Holm;a\r\nPablo Ruiz;b") == kTwo);
    CHECK(names("Ida Holm\nPablo Ruiz,late\n") == kTwo);
}

TEST_CASE("quoted fields hold separators, quotes and line ends", "[api][names]") {
    CHECK(names("\"Holm, Ida\",x\n\"Ruiz, Pablo\",y") == Names{"Holm, Ida", "Ruiz, Pablo"});
    CHECK(names("\"Bill \"\"Spike\"\" Murphy\";x\nIda Holm;y") == Names{"Bill \"Spike\" Murphy", "Ida Holm"});
    CHECK(names("\"Ida\r\nHolm\",x\n \"Pablo Ruiz\" ,y") == kTwo);
    CHECK(names("\"\",x\n\"Ida Holm\"\n\"Pablo Ruiz\"") == kTwo);
    CHECK(names("\"Bo\" Diddley\nIda Holm") == Names{"Bo Diddley", "Ida Holm"});
    CHECK(refused("Ida Holm\n\"Pablo Ruiz\nMei Chen") == "names_quote_open");
    CHECK(parseNameList("Ida Holm\n\"Pablo Ruiz\nMei Chen").error().message == "The quotation mark in line 2 is never closed.");
}

TEST_CASE("headings say which columns are the name", "[api][names]") {
    CHECK(names("Name\nIda Holm\nPablo Ruiz") == kTwo);
    CHECK(names("E-mail,Full Name\nida@example.org,Ida Holm\npablo@example.org,Pablo Ruiz\nnobody@example.org") == kTwo);
    CHECK(names("First name,Last name,E-mail\nIda,Holm,i@x\nPablo,Ruiz,p@x\nCher,,c@x") == Names{"Ida Holm", "Pablo Ruiz", "Cher"});
    CHECK(names("Name;Vorname;Ort\r\nHolm;Ida;Köln\r\nRuiz;Pablo;Bern") == kTwo);
    CHECK(names("Nom;Prénom\nHolm;Ida\nRuiz;Pablo") == kTwo);
    CHECK(names("Nombre,Apellidos\nIda,Holm\nPablo,Ruiz") == kTwo);
    CHECK(names("id,NAME\n1,Ida Holm\n2,Pablo Ruiz") == kTwo);
    CHECK(names("sep=;\nName;x\nIda Holm;1\nPablo Ruiz;2") == kTwo);
    CHECK(names("Name;E-Mail").empty());
    CHECK(names("Nameless Jo\nIda Holm") == Names{"Nameless Jo", "Ida Holm"});   // no heading
}

TEST_CASE("a byte order mark is no letter; what is no UTF-8 is told so", "[api][names]") {
    CHECK(names("\xef\xbb\xbfName;x\r\nIda Holm;1\r\nPablo Ruiz;2\r\n") == kTwo);
    CHECK(names("\xef\xbb\xbf\"Ida Holm\"\nPablo Ruiz") == kTwo);
    CHECK(names("Zo\u00eb \U0001f600") == Names{"Zo\u00eb \U0001f600"});
    using std::string_view_literals::operator""sv;
    CHECK(refused("\xff\xfeI\0d\0a\0"sv) == "names_not_text");            // UTF-16
    CHECK(refused("I\0d\0a\0"sv) == "names_not_text");
    CHECK(refused("M\xfcller;1") == "names_not_text");                     // Windows-1252
    CHECK(refused("\xc0\xaf") == "names_not_text");                        // overlong
    CHECK(refused("\xed\xa0\x80") == "names_not_text");                    // half of a surrogate pair
    CHECK(refused("\xf4\x90\x80\x80") == "names_not_text");
    CHECK(refused("Ida \xe2\x82") == "names_not_text");                    // cut in the middle
}

TEST_CASE("limits of a list of names hold at the limit and one beyond", "[api][names][limits]") {
    CHECK(names(many(kMaxBatch)).size() == kMaxBatch);
    CHECK(names(many(kMaxBatch) + "Person 0\n").size() == kMaxBatch);   // there already
    CHECK(refused(many(kMaxBatch + 1)) == "batch_too_large");
    const std::string longest(kMaxNameCharacters, 'x');
    CHECK(names(longest) == Names{longest});
    CHECK(refused("Ida Holm\n\n" + longest + "x") == "name_too_long");
    CHECK(parseNameList("Ida Holm\n\n" + longest + "x").error().message.find("line 3") != std::string::npos);
    CHECK(parseNameList("Ida Holm\r\n\"Pablo\r\nRuiz\"\r\n" + longest + "x").error().message.find("line 4") != std::string::npos);
    std::string marked, wide;
    for (std::size_t i = 0; i < kMaxNameCharacters; ++i) marked += "e\u0301", wide += "\U0001f600";
    CHECK(names(marked) == Names{marked});
    CHECK(wide.size() == kMaxNameBytes);
    CHECK(names(wide) == Names{wide});
    CHECK(refused(wide + "\u0301") == "name_too_long");   // no character more, but bytes
    const std::string row = "Ida Holm," + std::string(1014, 'y') + "\n";
    std::string large;
    while (large.size() + row.size() <= kMaxNameListBytes) large += row;
    large.resize(kMaxNameListBytes, ' ');
    CHECK(names(large) == Names{"Ida Holm"});
    CHECK(refused(large + ' ') == "names_too_large");
    CHECK(names(std::string(kMaxNameListBytes, ',')).empty());
}
