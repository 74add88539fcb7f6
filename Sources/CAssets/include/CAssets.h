/* Files from the top of the repository, carried inside the program. */
#ifndef SLUICE_CASSETS_H
#define SLUICE_CASSETS_H

#include <stddef.h>

/* The bytes of openapi.yaml, and how many they are. They live as long as the program. */
const unsigned char *sluice_openapi_yaml(void);
size_t sluice_openapi_yaml_size(void);

/* The files of static/: how many there are, and the name, the bytes and the size of each, counted from 0. */
long sluice_asset_count(void);
const char *sluice_asset_name(long number);
const unsigned char *sluice_asset_bytes(long number);
long sluice_asset_size(long number);

#endif
