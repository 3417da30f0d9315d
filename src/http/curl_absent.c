// SPDX-License-Identifier: Apache-2.0
// Stand-ins for libraries that Debian's libcurl.a wants and virga never uses: LDAP, RTMP, SSH and
// GSS-API. Debian has no usable archives of them, and loading them as shared libraries is most of
// libcurl's 8 ms at start. virga speaks http and https only (CURLOPT_PROTOCOLS_STR) and never asks
// for Negotiate authentication, so libcurl comes here only to initialise (libssh2_init) or by a
// SOCKS proxy that insists on GSS-API; everything fails cleanly. Compiled with VIRGA_STATIC only.
// Arguments are left out: the callee of a C call may ignore them.

#define ABSENT_STATUS(name, status) \
  int name(void);                   \
  int name(void) { return status; }

#define ABSENT_POINTER(name) \
  void* name(void);          \
  void* name(void) { return 0; }

#define ABSENT_VOID(name) \
  void name(void);        \
  void name(void) {}

// RFC 2744: the routine error GSS_S_UNAVAILABLE is 16 << 16.
#define ABSENT_GSS(name)   \
  unsigned int name(void); \
  unsigned int name(void) { return 16U << 16U; }

// LDAP
ABSENT_VOID(ber_bvfree)
ABSENT_VOID(ber_free)
ABSENT_VOID(ber_memfree)
ABSENT_VOID(ber_memvfree)
ABSENT_STATUS(ber_sockbuf_add_io, -1)
ABSENT_STATUS(ldap_abandon_ext, -1)
ABSENT_POINTER(ldap_err2string)
ABSENT_VOID(ldap_free_urldesc)
ABSENT_STATUS(ldap_get_attribute_ber, -1)
ABSENT_STATUS(ldap_get_dn_ber, -1)
ABSENT_STATUS(ldap_get_option, -1)
ABSENT_STATUS(ldap_init_fd, -1)
ABSENT_VOID(ldap_memfree)
ABSENT_STATUS(ldap_msgfree, -1)
ABSENT_STATUS(ldap_msgtype, -1)
ABSENT_STATUS(ldap_parse_result, -1)
ABSENT_STATUS(ldap_parse_sasl_bind_result, -1)
ABSENT_STATUS(ldap_pvt_url_scheme2proto, -1)
ABSENT_STATUS(ldap_result, -1)
ABSENT_STATUS(ldap_sasl_bind, -1)
ABSENT_STATUS(ldap_search_ext, -1)
ABSENT_STATUS(ldap_set_option, -1)
ABSENT_STATUS(ldap_start_tls, -1)
ABSENT_STATUS(ldap_unbind_ext, -1)
ABSENT_STATUS(ldap_url_parse, -1)

// RTMP
ABSENT_POINTER(RTMP_Alloc)
ABSENT_VOID(RTMP_Close)
ABSENT_STATUS(RTMP_Connect1, 0)       // false
ABSENT_STATUS(RTMP_ConnectStream, 0)  // false
ABSENT_VOID(RTMP_Free)
ABSENT_VOID(RTMP_Init)
ABSENT_STATUS(RTMP_Read, 0)  // false
ABSENT_VOID(RTMP_SetBufferMS)
ABSENT_STATUS(RTMP_SetupURL, 0)  // false
ABSENT_STATUS(RTMP_Write, 0)     // false

// SSH
ABSENT_STATUS(libssh2_agent_connect, -1)
ABSENT_STATUS(libssh2_agent_disconnect, -1)
ABSENT_VOID(libssh2_agent_free)
ABSENT_STATUS(libssh2_agent_get_identity, -1)
ABSENT_POINTER(libssh2_agent_init)
ABSENT_STATUS(libssh2_agent_list_identities, -1)
ABSENT_STATUS(libssh2_agent_userauth, -1)
ABSENT_STATUS(libssh2_channel_free, -1)
ABSENT_STATUS(libssh2_channel_read_ex, -1)
ABSENT_STATUS(libssh2_channel_send_eof, -1)
ABSENT_STATUS(libssh2_channel_wait_closed, -1)
ABSENT_STATUS(libssh2_channel_wait_eof, -1)
ABSENT_STATUS(libssh2_channel_write_ex, -1)
ABSENT_VOID(libssh2_exit)
ABSENT_POINTER(libssh2_hostkey_hash)
ABSENT_STATUS(libssh2_init, 0)
ABSENT_STATUS(libssh2_knownhost_add, -1)
ABSENT_STATUS(libssh2_knownhost_checkp, -1)
ABSENT_STATUS(libssh2_knownhost_del, -1)
ABSENT_VOID(libssh2_knownhost_free)
ABSENT_STATUS(libssh2_knownhost_get, -1)
ABSENT_POINTER(libssh2_knownhost_init)
ABSENT_STATUS(libssh2_knownhost_readfile, -1)
ABSENT_STATUS(libssh2_knownhost_writefile, -1)
ABSENT_POINTER(libssh2_scp_recv2)
ABSENT_POINTER(libssh2_scp_send64)
ABSENT_POINTER(libssh2_session_abstract)
ABSENT_STATUS(libssh2_session_block_directions, -1)
ABSENT_POINTER(libssh2_session_callback_set)
ABSENT_STATUS(libssh2_session_disconnect_ex, -1)
ABSENT_STATUS(libssh2_session_flag, -1)
ABSENT_STATUS(libssh2_session_free, -1)
ABSENT_STATUS(libssh2_session_handshake, -1)
ABSENT_POINTER(libssh2_session_hostkey)
ABSENT_POINTER(libssh2_session_init_ex)
ABSENT_STATUS(libssh2_session_last_errno, -1)
ABSENT_STATUS(libssh2_session_last_error, -1)
ABSENT_STATUS(libssh2_session_method_pref, -1)
ABSENT_VOID(libssh2_session_set_blocking)
ABSENT_STATUS(libssh2_sftp_close_handle, -1)
ABSENT_POINTER(libssh2_sftp_init)
ABSENT_STATUS(libssh2_sftp_last_error, -1)
ABSENT_STATUS(libssh2_sftp_mkdir_ex, -1)
ABSENT_POINTER(libssh2_sftp_open_ex)
ABSENT_STATUS(libssh2_sftp_read, -1)
ABSENT_STATUS(libssh2_sftp_readdir_ex, -1)
ABSENT_STATUS(libssh2_sftp_rename_ex, -1)
ABSENT_STATUS(libssh2_sftp_rmdir_ex, -1)
ABSENT_VOID(libssh2_sftp_seek64)
ABSENT_STATUS(libssh2_sftp_shutdown, -1)
ABSENT_STATUS(libssh2_sftp_stat_ex, -1)
ABSENT_STATUS(libssh2_sftp_statvfs, -1)
ABSENT_STATUS(libssh2_sftp_symlink_ex, -1)
ABSENT_STATUS(libssh2_sftp_unlink_ex, -1)
ABSENT_STATUS(libssh2_sftp_write, -1)
ABSENT_STATUS(libssh2_userauth_authenticated, -1)
ABSENT_STATUS(libssh2_userauth_keyboard_interactive_ex, -1)
ABSENT_POINTER(libssh2_userauth_list)
ABSENT_STATUS(libssh2_userauth_password_ex, -1)
ABSENT_STATUS(libssh2_userauth_publickey_fromfile_ex, -1)
ABSENT_POINTER(libssh2_version)

// GSS-API
extern void* GSS_C_NT_HOSTBASED_SERVICE;
void* GSS_C_NT_HOSTBASED_SERVICE = 0;
ABSENT_GSS(gss_delete_sec_context)
ABSENT_GSS(gss_display_name)
ABSENT_GSS(gss_display_status)
ABSENT_GSS(gss_import_name)
ABSENT_GSS(gss_init_sec_context)
ABSENT_GSS(gss_inquire_context)
ABSENT_GSS(gss_release_buffer)
ABSENT_GSS(gss_release_name)
ABSENT_GSS(gss_unwrap)
ABSENT_GSS(gss_wrap)
