// Where the program, its data and its user's files lie.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace spectradiff {

// The folder of the running executable; empty when the system cannot tell.
std::filesystem::path program_folder();

// $XDG_DATA_HOME/spectradiff or ~/.local/share/spectradiff, $XDG_CONFIG_HOME/spectradiff or
// ~/.config/spectradiff; empty without HOME.
std::filesystem::path user_data_folder();
std::filesystem::path user_config_folder();

// Folders that may hold `kind` ("models", "presets"), first wins: the colon list in `environment_variable`,
// the user's data folder, the install's share/spectradiff, the build tree. Not all need exist.
std::vector<std::filesystem::path> resource_folders(const std::string& kind,
                                                    const std::string& environment_variable);

}  // namespace spectradiff
