; Installer for one person, without administrator rights. It registers
; paravent: links for this person only. package.sh runs
;   makensis -DVERSION=... -DFILES=folder-with-programs packaging/windows/paravent.nsi
Unicode true
!include "MUI2.nsh"

!define KEY_LINK "Software\Classes\paravent"
!define KEY_REMOVE "Software\Microsoft\Windows\CurrentVersion\Uninstall\Paravent"

Name "Paravent"
OutFile "${OUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\Paravent"
InstallDirRegKey HKCU "Software\Paravent" "Folder"
SetCompressor /SOLID lzma

!define MUI_ICON "${FILES}/paravent.ico"
!define MUI_FINISHPAGE_RUN "$INSTDIR\paravent.exe"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "${LICENSE}"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "French"

LangString LinkName ${LANG_ENGLISH} "Paravent call address"
LangString LinkName ${LANG_FRENCH} "Adresse d’appel Paravent"

Section
  SetOutPath "$INSTDIR"
  File "${FILES}/*.*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\Paravent.lnk" "$INSTDIR\paravent.exe" "" "$INSTDIR\paravent.ico"
  WriteRegStr HKCU "Software\Paravent" "Folder" "$INSTDIR"

  WriteRegStr HKCU "${KEY_LINK}" "" "URL:$(LinkName)"
  WriteRegStr HKCU "${KEY_LINK}" "URL Protocol" ""
  WriteRegStr HKCU "${KEY_LINK}\DefaultIcon" "" "$INSTDIR\paravent.ico"
  ; "--": a page could open a link with quotes in it; nothing in it is a flag.
  WriteRegStr HKCU "${KEY_LINK}\shell\open\command" "" '"$INSTDIR\paravent.exe" -- "%1"'

  WriteRegStr HKCU "${KEY_REMOVE}" "DisplayName" "Paravent"
  WriteRegStr HKCU "${KEY_REMOVE}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${KEY_REMOVE}" "DisplayIcon" "$INSTDIR\paravent.ico"
  WriteRegStr HKCU "${KEY_REMOVE}" "UninstallString" '"$INSTDIR\uninstall.exe"'
SectionEnd

; The profiles (keys, people, settings) stay where they are.
Section "Uninstall"
  Delete "$INSTDIR\*.dll"
  Delete "$INSTDIR\paravent*.exe"
  Delete "$INSTDIR\paravent.ico"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Paravent.lnk"
  DeleteRegKey HKCU "${KEY_LINK}"
  DeleteRegKey HKCU "${KEY_REMOVE}"
  DeleteRegKey HKCU "Software\Paravent"
SectionEnd
