# SPDX-License-Identifier: Apache-2.0
# Writes OUT: the files of the page as one C++ source, so that parlourd serves them without any file beside it.
# Called with -DOUT=… -DFOLDER=… -DFILES=a,b
string(REPLACE "," ";" files "${FILES}")
set(text "// Generated from core/server/web.\n#include \"core/server/web_files.h\"\n\nnamespace parlour::server {\nnamespace {\n")
set(table "")
set(n 0)
foreach(file ${files})
  file(READ ${FOLDER}/${file} hex HEX)
  string(REGEX REPLACE "(................................................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," hex "${hex}")
  string(APPEND text "constexpr char kFile${n}[] = {\n${hex}'\\0'};\n")
  string(APPEND table "    {\"${file}\", {kFile${n}, sizeof kFile${n} - 1}},\n")
  math(EXPR n "${n} + 1")
endforeach()
string(APPEND text "constexpr WebFile kFiles[] = {\n${table}};\n}  // namespace\n\nstd::span<const WebFile> webFiles() { return kFiles; }\n\n}  // namespace parlour::server\n")
file(WRITE ${OUT} "${text}")
