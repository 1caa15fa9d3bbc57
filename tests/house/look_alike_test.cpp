// SPDX-License-Identifier: Apache-2.0
#include "core/house/look_alike.h"

#include "core/house/display_name.h"
#include "tests/support/catch.h"

using namespace parlour::house;

TEST_CASE("Latin letters lose their marks, other scripts stay", "[name][T27]") {
    CHECK(plainLatin("Inês") == "Ines");
    CHECK(plainLatin("Ine\u0302s") == "Ines");
    CHECK(plainLatin("Jürgen Weiß") == "Jurgen Weiss");
    CHECK(plainLatin("Łukasz Þór Ødegård Đặng ŒUVRE ﬁn") == "Lukasz Thor Odegard Dang OEUVRE fin");
    CHECK(plainLatin("Ａｎｎ") == "Ann");
    CHECK(plainLatin("Иван 名前") == "Иван 名前");
    CHECK(plainLatin("") == "");
    CHECK(plainLatin("a\xff") == "a\xff");
}

TEST_CASE("a name without its signs keeps letters, marks and single gaps, and one of signs alone stays", "[name][T27]") {
    CHECK(withoutSigns("Ann Lee ✔✔✔✔✔✔✔✔✔✔✔✔") == "Ann Lee");
    CHECK(withoutSigns("·Ann··Lee·") == "Ann Lee");
    CHECK(withoutSigns("Ine\u0302s 2") == "Ine\u0302s 2");
    CHECK(withoutSigns("名前・氏") == "名前 氏");
    CHECK(withoutSigns("✔✔") == "✔✔");
    CHECK(withoutSigns("a\xff") == "a");
    CHECK(withoutSigns("") == "");
}

TEST_CASE("look-alike names have one skeleton: script, case, marks, width, gaps and signs do not count", "[name][T27]") {
    for (const char* name : {"ann lee", "ANN LEE", "Ann  Lee", "Аnn Lee", "Аnn Lее", "Ann\u200B Lee", "\u202EAnn Lee", "Änn Lee", "Ann Lee ✔", "Ann.Lee",
                             "Ａｎｎ Ｌｅｅ", "𝐀𝐧𝐧 𝓛𝓮𝓮", "Αnn Lee", "Ann\u3164Lee", "Ann Iee", "Ann 1ee", "Ann |ee", "Ann Lee\u0336", "aηη lee", "ᴀnn Lee"}) {
        INFO(name);
        CHECK(looksLike("Ann Lee", name));
    }
    CHECK(looksLike("ABEKMHOPCTYXSIJ abekmhopctyxsij", "АВЕКМНОРСТУХЅІЈ авекмнорстухѕіј"));   // Cyrillic
    CHECK(looksLike("ABEZHIKMNOPTYX abikoptuxv", "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ αβικορτυχν"));               // Greek
    CHECK(looksLike("Moderator", "rnoderator"));
    CHECK(looksLike("Ηelga", "Helga"));  // a Greek capital Eta
    CHECK(looksLike("Owen", "0vven"));
    CHECK(looksLike("weiß", "WEISS"));
    for (const char* other : {"Anna Lee", "Ann", "Lee Ann", "Ben", "Ян", "名前"}) {
        INFO(other);
        CHECK_FALSE(looksLike("Ann Lee", other));
    }
    CHECK_FALSE(looksLike("名前", "名字"));
    CHECK_FALSE(looksLike("✔", "✖"));  // of signs alone each is its own
    CHECK_FALSE(skeleton("✔").empty());
    CHECK(skeleton("").empty());
}
