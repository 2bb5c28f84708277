/* test-formats.c - amdxdna.h and npu-driver.h say what the kernel's own header says, and container.h what XRT's does
 *
 * Compiled, not run, with Debian sid's copies of the headers before the system's.
 *
 * SPDX-License-Identifier: MIT
 */
#include "amdxdna.h"
#include "container.h"
#include "device/npu/npu-driver.h"

#include <drm/amdxdna_accel.h>
#include <stddef.h>
#include <xrt/detail/ert.h>
#include <xrt/detail/xclbin.h>

#define SAME(own, kernels) G_STATIC_ASSERT ((guint64) (own) == (guint64) (kernels))
#define SIZE(own, kernels) SAME (sizeof (own), sizeof (struct kernels))
#define AT(own, field, kernels, its_field)                            \
  SAME (offsetof (own, field), offsetof (struct kernels, its_field)); \
  SAME (sizeof (((own *) NULL)->field), sizeof (((struct kernels *) NULL)->its_field))
#define NUMBER(own, kernels) SAME (own, _IOC_NR (kernels))

SAME (NPU_DRIVER_GET_VERSION, DRM_IOCTL_VERSION);
SAME (NPU_DRIVER_GET_INFO, DRM_IOCTL_AMDXDNA_GET_INFO);
SAME (NPU_DRIVER_GET_ARRAY, DRM_IOCTL_AMDXDNA_GET_ARRAY);
SAME (NPU_DRIVER_METADATA, DRM_AMDXDNA_QUERY_AIE_METADATA);
SAME (NPU_DRIVER_CLOCKS, DRM_AMDXDNA_QUERY_CLOCK_METADATA);
SAME (NPU_DRIVER_SENSORS, DRM_AMDXDNA_QUERY_SENSORS);
SAME (NPU_DRIVER_CONTEXTS, DRM_AMDXDNA_QUERY_HW_CONTEXTS);
SAME (NPU_DRIVER_POWER_MODE, DRM_AMDXDNA_GET_POWER_MODE);
SAME (NPU_DRIVER_RESOURCES, DRM_AMDXDNA_QUERY_RESOURCE_INFO);
SAME (NPU_DRIVER_ALL_CONTEXTS, DRM_AMDXDNA_HW_CONTEXT_ALL);
SAME (NPU_DRIVER_CONTEXT_ACTIVE, AMDXDNA_HWCTX_STATE_ACTIVE);
SAME (NPU_DRIVER_SENSOR_POWER, AMDXDNA_SENSOR_TYPE_POWER);
SAME (NPU_DRIVER_SENSOR_COLUMN, AMDXDNA_SENSOR_TYPE_COLUMN_UTILIZATION);
AT (NpuDriverVersion, name_length, drm_version, name_len);
AT (NpuDriverVersion, name, drm_version, name);
AT (NpuDriverInfo, topic, amdxdna_drm_get_info, param);
AT (NpuDriverInfo, size, amdxdna_drm_get_info, buffer_size);
AT (NpuDriverInfo, buffer, amdxdna_drm_get_info, buffer);
AT (NpuDriverArray, topic, amdxdna_drm_get_array, param);
AT (NpuDriverArray, element_size, amdxdna_drm_get_array, element_size);
AT (NpuDriverArray, n_elements, amdxdna_drm_get_array, num_element);
AT (NpuDriverArray, buffer, amdxdna_drm_get_array, buffer);
SIZE (NpuDriverMetadata, amdxdna_drm_query_aie_metadata);
AT (NpuDriverMetadata, n_columns, amdxdna_drm_query_aie_metadata, cols);
AT (NpuDriverMetadata, n_rows, amdxdna_drm_query_aie_metadata, rows);
SIZE (NpuDriverClocks, amdxdna_drm_query_clock_metadata);
AT (NpuDriverClocks, mp_npu.mhz, amdxdna_drm_query_clock_metadata, mp_npu_clock.freq_mhz);
AT (NpuDriverClocks, h.mhz, amdxdna_drm_query_clock_metadata, h_clock.freq_mhz);
SIZE (NpuDriverSensor, amdxdna_drm_query_sensor);
AT (NpuDriverSensor, label, amdxdna_drm_query_sensor, label);
AT (NpuDriverSensor, input, amdxdna_drm_query_sensor, input);
AT (NpuDriverSensor, exponent, amdxdna_drm_query_sensor, unitm);
AT (NpuDriverSensor, kind, amdxdna_drm_query_sensor, type);
SIZE (NpuDriverPowerMode, amdxdna_drm_get_power_mode);
SIZE (NpuDriverResources, amdxdna_drm_get_resource_info);
AT (NpuDriverResources, max_mhz, amdxdna_drm_get_resource_info, npu_clk_max);
AT (NpuDriverResources, max_tops, amdxdna_drm_get_resource_info, npu_tops_max);
AT (NpuDriverResources, max_contexts, amdxdna_drm_get_resource_info, npu_task_max);
AT (NpuDriverResources, tops, amdxdna_drm_get_resource_info, npu_tops_curr);
SIZE (NpuDriverContextHead, amdxdna_drm_query_hwctx);
AT (NpuDriverContextHead, pid, amdxdna_drm_query_hwctx, pid);
AT (NpuDriverContextHead, submissions, amdxdna_drm_query_hwctx, command_submissions);
AT (NpuDriverContextHead, completions, amdxdna_drm_query_hwctx, command_completions);
AT (NpuDriverContextHead, preemptions, amdxdna_drm_query_hwctx, preemptions);
AT (NpuDriverContextHead, errors, amdxdna_drm_query_hwctx, errors);
AT (NpuDriverContext, head.pid, amdxdna_drm_hwctx_entry, pid);
AT (NpuDriverContext, head.submissions, amdxdna_drm_hwctx_entry, command_submissions);
AT (NpuDriverContext, head.errors, amdxdna_drm_hwctx_entry, errors);
AT (NpuDriverContext, priority, amdxdna_drm_hwctx_entry, priority);
AT (NpuDriverContext, state, amdxdna_drm_hwctx_entry, state);
G_STATIC_ASSERT (sizeof (NpuDriverContext) <= sizeof (struct amdxdna_drm_hwctx_entry));

NUMBER (DRM_NR_VERSION, DRM_IOCTL_VERSION);
NUMBER (DRM_NR_GEM_CLOSE, DRM_IOCTL_GEM_CLOSE);
NUMBER (DRM_NR_SYNCOBJ_DESTROY, DRM_IOCTL_SYNCOBJ_DESTROY);
NUMBER (DRM_NR_SYNCOBJ_TIMELINE_WAIT, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT);
NUMBER (AMDXDNA_NR_CREATE_CONTEXT, DRM_IOCTL_AMDXDNA_CREATE_HWCTX);
NUMBER (AMDXDNA_NR_DESTROY_CONTEXT, DRM_IOCTL_AMDXDNA_DESTROY_HWCTX);
NUMBER (AMDXDNA_NR_CONFIG_CONTEXT, DRM_IOCTL_AMDXDNA_CONFIG_HWCTX);
NUMBER (AMDXDNA_NR_CREATE_BUFFER, DRM_IOCTL_AMDXDNA_CREATE_BO);
NUMBER (AMDXDNA_NR_GET_BUFFER_INFO, DRM_IOCTL_AMDXDNA_GET_BO_INFO);
NUMBER (AMDXDNA_NR_SYNC_BUFFER, DRM_IOCTL_AMDXDNA_SYNC_BO);
NUMBER (AMDXDNA_NR_EXEC_COMMAND, DRM_IOCTL_AMDXDNA_EXEC_CMD);
NUMBER (AMDXDNA_NR_GET_INFO, DRM_IOCTL_AMDXDNA_GET_INFO);
NUMBER (AMDXDNA_NR_SET_STATE, DRM_IOCTL_AMDXDNA_SET_STATE);
NUMBER (AMDXDNA_NR_WAIT_COMMAND, DRM_IOCTL_AMDXDNA_WAIT_CMD);
NUMBER (AMDXDNA_NR_GET_ARRAY, DRM_IOCTL_AMDXDNA_GET_ARRAY);

SIZE (DrmVersion, drm_version);
AT (DrmVersion, name_length, drm_version, name_len);
AT (DrmVersion, description, drm_version, desc);
SIZE (DrmGemClose, drm_gem_close);
SIZE (DrmSyncobjDestroy, drm_syncobj_destroy);
AT (DrmSyncobjTimelineWait, points, drm_syncobj_timeline_wait, points);
AT (DrmSyncobjTimelineWait, deadline, drm_syncobj_timeline_wait, timeout_nsec);
AT (DrmSyncobjTimelineWait, pad, drm_syncobj_timeline_wait, pad);

SIZE (AmdxdnaQos, amdxdna_qos_info);
AT (AmdxdnaQos, priority, amdxdna_qos_info, priority);
SIZE (AmdxdnaCreateContext, amdxdna_drm_create_hwctx);
AT (AmdxdnaCreateContext, qos, amdxdna_drm_create_hwctx, qos_p);
AT (AmdxdnaCreateContext, n_tiles, amdxdna_drm_create_hwctx, num_tiles);
AT (AmdxdnaCreateContext, doorbell, amdxdna_drm_create_hwctx, umq_doorbell);
AT (AmdxdnaCreateContext, handle, amdxdna_drm_create_hwctx, handle);
AT (AmdxdnaCreateContext, syncobj, amdxdna_drm_create_hwctx, syncobj_handle);
SIZE (AmdxdnaDestroyContext, amdxdna_drm_destroy_hwctx);
SIZE (AmdxdnaUnit, amdxdna_cu_config);
AT (AmdxdnaUnit, function, amdxdna_cu_config, cu_func);
SIZE (AmdxdnaUnits, amdxdna_hwctx_param_config_cu);
SAME (AMDXDNA_CONFIG_UNITS, DRM_AMDXDNA_HWCTX_CONFIG_CU);
SIZE (AmdxdnaConfigContext, amdxdna_drm_config_hwctx);
AT (AmdxdnaConfigContext, kind, amdxdna_drm_config_hwctx, param_type);
AT (AmdxdnaConfigContext, value, amdxdna_drm_config_hwctx, param_val);
AT (AmdxdnaConfigContext, size, amdxdna_drm_config_hwctx, param_val_size);

SAME (AMDXDNA_BUFFER_SHARE, AMDXDNA_BO_SHARE);
SAME (AMDXDNA_BUFFER_HEAP, AMDXDNA_BO_DEV_HEAP);
SAME (AMDXDNA_BUFFER_DEVICE, AMDXDNA_BO_DEV);
SAME (AMDXDNA_BUFFER_COMMAND, AMDXDNA_BO_CMD);
SAME (AMDXDNA_NO_ADDRESS, AMDXDNA_INVALID_ADDR);
SAME (AMDXDNA_NO_DOORBELL, AMDXDNA_INVALID_DOORBELL_OFFSET);
SIZE (AmdxdnaCreateBuffer, amdxdna_drm_create_bo);
AT (AmdxdnaCreateBuffer, size, amdxdna_drm_create_bo, size);
AT (AmdxdnaCreateBuffer, kind, amdxdna_drm_create_bo, type);
AT (AmdxdnaCreateBuffer, handle, amdxdna_drm_create_bo, handle);
SIZE (AmdxdnaBufferInfo, amdxdna_drm_get_bo_info);
AT (AmdxdnaBufferInfo, handle, amdxdna_drm_get_bo_info, handle);
AT (AmdxdnaBufferInfo, map_offset, amdxdna_drm_get_bo_info, map_offset);
AT (AmdxdnaBufferInfo, vaddr, amdxdna_drm_get_bo_info, vaddr);
AT (AmdxdnaBufferInfo, device_address, amdxdna_drm_get_bo_info, xdna_addr);
SIZE (AmdxdnaSyncBuffer, amdxdna_drm_sync_bo);
AT (AmdxdnaSyncBuffer, direction, amdxdna_drm_sync_bo, direction);
AT (AmdxdnaSyncBuffer, size, amdxdna_drm_sync_bo, size);
SAME (AMDXDNA_SYNC_TO_DEVICE, SYNC_DIRECT_TO_DEVICE);
SAME (AMDXDNA_SYNC_FROM_DEVICE, SYNC_DIRECT_FROM_DEVICE);
SIZE (AmdxdnaExecCommand, amdxdna_drm_exec_cmd);
AT (AmdxdnaExecCommand, context, amdxdna_drm_exec_cmd, hwctx);
AT (AmdxdnaExecCommand, kind, amdxdna_drm_exec_cmd, type);
AT (AmdxdnaExecCommand, commands, amdxdna_drm_exec_cmd, cmd_handles);
AT (AmdxdnaExecCommand, arguments, amdxdna_drm_exec_cmd, args);
AT (AmdxdnaExecCommand, n_commands, amdxdna_drm_exec_cmd, cmd_count);
AT (AmdxdnaExecCommand, n_arguments, amdxdna_drm_exec_cmd, arg_count);
AT (AmdxdnaExecCommand, sequence, amdxdna_drm_exec_cmd, seq);
SIZE (AmdxdnaWaitCommand, amdxdna_drm_wait_cmd);
AT (AmdxdnaWaitCommand, milliseconds, amdxdna_drm_wait_cmd, timeout);
AT (AmdxdnaWaitCommand, sequence, amdxdna_drm_wait_cmd, seq);

SAME (AMDXDNA_INFO_STATUS, DRM_AMDXDNA_QUERY_AIE_STATUS);
SAME (AMDXDNA_INFO_METADATA, DRM_AMDXDNA_QUERY_AIE_METADATA);
SAME (AMDXDNA_INFO_VERSION, DRM_AMDXDNA_QUERY_AIE_VERSION);
SAME (AMDXDNA_INFO_CLOCKS, DRM_AMDXDNA_QUERY_CLOCK_METADATA);
SAME (AMDXDNA_INFO_SENSORS, DRM_AMDXDNA_QUERY_SENSORS);
SAME (AMDXDNA_INFO_CONTEXTS, DRM_AMDXDNA_QUERY_HW_CONTEXTS);
SAME (AMDXDNA_INFO_FIRMWARE, DRM_AMDXDNA_QUERY_FIRMWARE_VERSION);
SAME (AMDXDNA_INFO_POWER_MODE, DRM_AMDXDNA_GET_POWER_MODE);
SAME (AMDXDNA_INFO_RESOURCES, DRM_AMDXDNA_QUERY_RESOURCE_INFO);
SIZE (AmdxdnaGetInfo, amdxdna_drm_get_info);
AT (AmdxdnaGetInfo, size, amdxdna_drm_get_info, buffer_size);
AT (AmdxdnaGetInfo, buffer, amdxdna_drm_get_info, buffer);
SIZE (AmdxdnaStatus, amdxdna_drm_query_aie_status);
SIZE (AmdxdnaVersion, amdxdna_drm_query_aie_version);
SIZE (AmdxdnaTiles, amdxdna_drm_query_aie_tile_metadata);
AT (AmdxdnaTiles, first_row, amdxdna_drm_query_aie_tile_metadata, row_start);
AT (AmdxdnaTiles, n_channels, amdxdna_drm_query_aie_tile_metadata, dma_channel_count);
AT (AmdxdnaTiles, n_locks, amdxdna_drm_query_aie_tile_metadata, lock_count);
SIZE (AmdxdnaMetadata, amdxdna_drm_query_aie_metadata);
AT (AmdxdnaMetadata, n_columns, amdxdna_drm_query_aie_metadata, cols);
AT (AmdxdnaMetadata, core, amdxdna_drm_query_aie_metadata, core);
AT (AmdxdnaMetadata, memory, amdxdna_drm_query_aie_metadata, mem);
AT (AmdxdnaMetadata, shim, amdxdna_drm_query_aie_metadata, shim);
SIZE (AmdxdnaClock, amdxdna_drm_query_clock);
AT (AmdxdnaClock, mhz, amdxdna_drm_query_clock, freq_mhz);
SIZE (AmdxdnaClocks, amdxdna_drm_query_clock_metadata);
AT (AmdxdnaClocks, h, amdxdna_drm_query_clock_metadata, h_clock);
SAME (AMDXDNA_SENSOR_POWER, AMDXDNA_SENSOR_TYPE_POWER);
SAME (AMDXDNA_SENSOR_COLUMN, AMDXDNA_SENSOR_TYPE_COLUMN_UTILIZATION);
SIZE (AmdxdnaSensor, amdxdna_drm_query_sensor);
AT (AmdxdnaSensor, input, amdxdna_drm_query_sensor, input);
AT (AmdxdnaSensor, status, amdxdna_drm_query_sensor, status);
AT (AmdxdnaSensor, unit, amdxdna_drm_query_sensor, units);
AT (AmdxdnaSensor, exponent, amdxdna_drm_query_sensor, unitm);
AT (AmdxdnaSensor, kind, amdxdna_drm_query_sensor, type);
SIZE (AmdxdnaFirmware, amdxdna_drm_query_firmware_version);
SIZE (AmdxdnaPowerMode, amdxdna_drm_get_power_mode);
SIZE (AmdxdnaResources, amdxdna_drm_get_resource_info);
AT (AmdxdnaResources, tasks, amdxdna_drm_get_resource_info, npu_task_curr);
SIZE (AmdxdnaContextOld, amdxdna_drm_query_hwctx);
AT (AmdxdnaContextOld, submissions, amdxdna_drm_query_hwctx, command_submissions);
AT (AmdxdnaContextOld, errors, amdxdna_drm_query_hwctx, errors);
SIZE (AmdxdnaContext, amdxdna_drm_hwctx_entry);
AT (AmdxdnaContext, submissions, amdxdna_drm_hwctx_entry, command_submissions);
AT (AmdxdnaContext, priority, amdxdna_drm_hwctx_entry, priority);
AT (AmdxdnaContext, heap_bytes, amdxdna_drm_hwctx_entry, heap_usage);
AT (AmdxdnaContext, state, amdxdna_drm_hwctx_entry, state);
AT (AmdxdnaContext, frame_exec_time, amdxdna_drm_hwctx_entry, frame_exec_time);
AT (AmdxdnaContext, pad, amdxdna_drm_hwctx_entry, pad);
SAME (AMDXDNA_ARRAY_CONTEXTS, DRM_AMDXDNA_HW_CONTEXT_ALL);
SIZE (AmdxdnaGetArray, amdxdna_drm_get_array);
AT (AmdxdnaGetArray, element_size, amdxdna_drm_get_array, element_size);
AT (AmdxdnaGetArray, n_elements, amdxdna_drm_get_array, num_element);
AT (AmdxdnaGetArray, buffer, amdxdna_drm_get_array, buffer);

SAME (ERT_START_UNIT, ERT_START_CU);
SAME (ERT_CHAIN, ERT_CMD_CHAIN);
SAME (ERT_STATE_NEW, ERT_CMD_STATE_NEW);
SAME (ERT_STATE_COMPLETED, ERT_CMD_STATE_COMPLETED);
SAME (ERT_STATE_ERROR, ERT_CMD_STATE_ERROR);
SAME (ERT_STATE_ABORT, ERT_CMD_STATE_ABORT);
SAME (ERT_STATE_TIMEOUT, ERT_CMD_STATE_TIMEOUT);
SIZE (ErtChain, ert_cmd_chain_data);
AT (ErtChain, error_index, ert_cmd_chain_data, error_index);

SAME (SECTION_METADATA, EMBEDDED_METADATA);
SAME (SECTION_MEMORY, MEM_TOPOLOGY);
SAME (SECTION_WIRING, CONNECTIVITY);
SAME (SECTION_UNITS, IP_LAYOUT);
SAME (SECTION_GROUPS, ASK_GROUP_TOPOLOGY);
SAME (SECTION_GROUP_WIRING, ASK_GROUP_CONNECTIVITY);
SAME (SECTION_PARTITION, AIE_PARTITION);
SIZE (SectionHeader, axlf_section_header);
AT (SectionHeader, offset, axlf_section_header, m_sectionOffset);
SAME (sizeof (Header), offsetof (struct axlf, m_sections));
AT (Header, signature_length, axlf, m_signature_length);
AT (Header, unique_id, axlf, m_uniqueId);
AT (Header, length, axlf, m_header.m_length);
AT (Header, major, axlf, m_header.m_versionMajor);
AT (Header, mode, axlf, m_header.m_mode);
AT (Header, platform, axlf, m_header.m_platformVBNV);
AT (Header, uuid, axlf, m_header.uuid);
AT (Header, n_sections, axlf, m_header.m_numSections);
SIZE (Bank, mem_data);
AT (Bank, address, mem_data, m_base_address);
AT (Bank, tag, mem_data, m_tag);
SIZE (Wire, connection);
SIZE (Unit, ip_data);
AT (Unit, name, ip_data, m_name);
SIZE (Group, cdo_group);
AT (Group, image_id, cdo_group, pdi_id);
AT (Group, kernels, cdo_group, dpu_kernel_ids);
SIZE (Image, aie_pdi);
AT (Image, image, aie_pdi, pdi_image);
AT (Image, groups, aie_pdi, cdo_groups);
SIZE (Partition, aie_partition);
AT (Partition, n_columns, aie_partition, info.column_width);
AT (Partition, first_columns, aie_partition, info.start_columns);
AT (Partition, images, aie_partition, aie_pdi);
AT (Partition, commit, aie_partition, kernel_commit_id);
