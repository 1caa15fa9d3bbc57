# SPDX-License-Identifier: Apache-2.0
# The desktop app: composition of the pages with the real client (or its offline twin).
find_package(Qt6 6.4 REQUIRED COMPONENTS Core Gui Qml Quick Multimedia Network Svg)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  find_package(Qt6 6.4 REQUIRED COMPONENTS DBus)
endif()
set(CMAKE_AUTOMOC ON)
file(GLOB desktop_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/desktop/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/desktop/*.h)
qt_add_executable(parlour desktop_main.cpp ${desktop_sources})
set_target_properties(parlour PROPERTIES WIN32_EXECUTABLE ON MACOSX_BUNDLE OFF)
target_link_libraries(parlour PRIVATE parlour_ui parlour_room parlour_server parlour_signal parlour_audio Qt6::Network CLI11::CLI11)
