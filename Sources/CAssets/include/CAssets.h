/* Files from the top of the repository, carried inside the program. */
#ifndef SLUICE_CASSETS_H
#define SLUICE_CASSETS_H

#include <stddef.h>

extern const unsigned char sluice_openapi_yaml[];
extern const size_t sluice_openapi_yaml_size;

#endif
