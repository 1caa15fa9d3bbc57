// SPDX-License-Identifier: Apache-2.0
// A person's data in a house: taken along, and deleted.
#include <fstream>
#include <ostream>

#include "app/ctl/house_command.h"
#include "app/ctl/words.h"

namespace parlour::ctl {
namespace {

using A = HouseArgument;

void exportMe(const HouseCallPtr& call) {
    call->get("/whoami", [call](const Json& me) {
        call->fetch("/persons/" + word(me, "id") + "/export", [call](const std::string& text) {
            const std::string file = call->given().text("o");
            if (file.empty()) return call->print(Json::parse(text, nullptr, false), [&](std::ostream& to) { to << text; });
            std::ofstream out(file, std::ios::binary);
            out << text;
            out.flush();
            if (!out)
                return call->fail({base::ErrorKind::unavailable, "file_unwritable", "Nothing can be written to " + file + ".", "Choose another file.", {}});
            call->print(Json{{"file", file}}, [&](std::ostream& to) { to << "All that this house keeps of you: " << file << "\n"; });
        });
    });
}

void deletePerson(const HouseCallPtr& call, const std::string& id) {
    call->post("/persons/" + id + "/delete", {{"confirm", id}}, [call](const Json& gone) {
        call->print(gone, [](std::ostream& to) { to << "Forgotten. A nameless place stays in the tree of who invited whom.\n"; });
    });
}

void forgetMe(const HouseCallPtr& call) {
    if (!call->given().has("yes"))
        return call->usage("This deletes your name, profile, messages and invitations in this house for good. If that is what you want, add --yes.");
    call->get("/whoami", [call](const Json& me) { deletePerson(call, word(me, "id")); });
}

void deleteMember(const HouseCallPtr& call) {
    if (!call->given().has("yes")) return call->usage("This deletes the person's name, profile, messages and invitations for good. If that is meant, add --yes.");
    deletePerson(call, call->given().text("ID"));
}

void rekeyMember(const HouseCallPtr& call) {
    call->post("/persons/" + call->given().text("ID") + "/rekey", {{"to", call->given().text("to")}}, [call](const Json& moved) {
        call->print(moved, [&](std::ostream& to) { to << "They are " << word(moved, "to") << " now; the old key opens nothing here any more.\n"; });
    });
}

}  // namespace

std::vector<HouseCommand> personCommands() {
    const HouseArgument yes{"--yes", A::flag, "it cannot be undone, and that is meant"};
    return {
        {"export-me", "all that the house keeps of you, as JSON", {{"-o", A::option, "a file (default: standard output)"}}, exportMe},
        {"forget-me", "leave the house and be forgotten for good", {yes}, forgetMe},
        {"member rekey", "after a lost computer: a member goes on under a new key (admins)",
         {{"ID", A::positional, "person, by the old id"}, {"--to", A::required, "what `identity key` shows on the new computer"}}, rekeyMember},
        {"member delete", "forget a person for good (admins)", {{"ID", A::positional, "person"}, yes}, deleteMember},
    };
}

}  // namespace parlour::ctl
