#!/usr/bin/env bash
# Builds the guest that the tests boot: a Linux kernel with everything in its initramfs, on a FAT partition that a BIOS
# boots, and UEFI, also with Secure Boot. It takes an address by DHCP, reads a NoCloud seed, runs the QEMU guest agent,
# powers off when asked to, and has a shell on its serial line and on its screen. It needs no privileges and mounts
# nothing.
#   usage: build.sh OUTPUT.qcow2
set -euo pipefail
output=$(realpath -m "${1:?usage: build.sh OUTPUT.qcow2}")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir debs packages root

# The guest agent's libraries have different names in different releases of Debian: they are looked up, two levels deep.
libraries_of() { apt-cache depends --important "$@" | sed -n 's/.*Depends: \(lib[^ ]*\|zlib1g\)$/\1/p'; }
download() {
  kernel=$(apt-cache depends --important linux-image-cloud-amd64 | sed -n '/Depends: linux-image-/{s/.*: //p;q}')
  libraries=$(libraries_of qemu-guest-agent)
  names=$(printf '%s\n' "$kernel" busybox-static shim-signed grub-efi-amd64-signed qemu-guest-agent $libraries \
    $(libraries_of $libraries) | sort -u)
  [ -n "$kernel" ] && (cd debs && apt-get -qq -o APT::Sandbox::User=root download $names)
}
# The lists may be missing, or older than what the mirror still has.
download || { apt-get -qq update && download; }
for package in debs/*.deb; do dpkg-deb --extract "$package" packages; done

# The root file system: busybox for everything, and the guest agent with its libraries.
mkdir -p root/{bin,dev,etc/acpi/PWRF,lib/x86_64-linux-gnu,lib64,modules,proc,run,seed,sys,tmp,usr/sbin,var/run}
ln -s bin root/sbin
cp "$(find packages -path '*bin/busybox' -print -quit)" root/bin/busybox
root/bin/busybox --list | while read -r applet; do [ "$applet" = busybox ] || ln -s busybox "root/bin/$applet"; done
cp packages/usr/sbin/qemu-ga root/usr/sbin/
loader=$(find packages -name 'ld-linux-x86-64.so.2' -type f -print -quit)
directories=$(find packages -type d -name x86_64-linux-gnu -path '*lib/*' -printf '%p:')
"$loader" --library-path "$directories" --list packages/usr/sbin/qemu-ga |
  sed -n 's/.*=> \(.*\) (0x.*/\1/p' | while read -r library; do cp -L "$library" root/lib/x86_64-linux-gnu/; done
cp -L "$loader" root/lib64/

# Only the drivers of the devices that QEMU gives a machine, in the order in which they need each other.
modules="virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci failover net_failover virtio_net
  virtio_blk virtio_console rng-core virtio-rng virtio_balloon virtio_mem scsi_common scsi_mod virtio_scsi sd_mod cdrom sr_mod
  isofs af_packet pvpanic pvpanic-pci evdev button"
for module in $modules; do
  file=$(find packages -path '*/modules/*' -name "$module.ko*" -print -quit)
  case $file in
    '') ;; # built into the kernel
    *.xz) xz -dc "$file" > "root/modules/$module.ko" ;;
    *) cp "$file" "root/modules/$module.ko" ;;
  esac
done
echo $modules > root/modules/order

cp --remove-destination "$here/init" "$here/login" "$here/dhcp" "$here/shutdown" root/bin/
cp "$here/power-button" root/etc/acpi/PWRF/00000080
chmod +x root/bin/{init,login,dhcp,shutdown} root/etc/acpi/PWRF/00000080
ln -s bin/init root/init
printf 'ID=drover-guest\nNAME="Drover test guest"\nPRETTY_NAME="Drover test guest 1"\nVERSION_ID="1"\n' > root/etc/os-release
printf 'root::0:0:root:/:/bin/sh\n' > root/etc/passwd
(cd root && find . | cpio --quiet -o -H newc -R 0:0) | gzip -6 > initrd

# The disk: a partition table, syslinux in the boot sector, and a FAT partition from sector 2048 on. Debian's signed GRUB
# reads its configuration from EFI/debian.
truncate -s 35M partition
mkfs.vfat -n DROVER partition > /dev/null
mcopy -i partition packages/boot/vmlinuz-* ::/vmlinuz
mcopy -i partition initrd ::/initrd
mcopy -i partition "$here/syslinux.cfg" ::/syslinux.cfg
mmd -i partition ::/EFI ::/EFI/BOOT ::/EFI/debian
mcopy -i partition packages/usr/lib/shim/shimx64.efi.signed ::/EFI/BOOT/BOOTX64.EFI
mcopy -i partition packages/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed ::/EFI/BOOT/grubx64.efi
mcopy -i partition "$here/grub.cfg" ::/EFI/debian/grub.cfg
syslinux --install partition
truncate -s 36M disk
printf 'label: dos\nlabel-id: 0x64726f76\nstart=2048, type=ef, bootable\n' | sfdisk --quiet disk
dd if=/usr/lib/syslinux/mbr/mbr.bin of=disk conv=notrunc bs=440 count=1 status=none
dd if=partition of=disk conv=notrunc bs=1M seek=1 status=none
qemu-img convert -O qcow2 disk "$output"
